package dev.trigon.dataplane.health;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one thread has to wait for: channels, times, and what other threads ask of it. Whatever is here is that thread's, but for
 * {@link #call}.
 */
final class EventLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

    /** A TLS record and what it grows by, and a datagram. */
    private static final int SCRATCH_OCTETS = 1 << 16;

    /** The selector tells of a thousand or so at a time. */
    private static final int MANY_READY = 256;

    private static final int MOST_LOOKS = 64;

    private final Selector selector;
    private final LongSupplier clockNs;
    private final Timers timers = new Timers();
    private final Queue<Runnable> calls = new ConcurrentLinkedQueue<>();
    private final ByteBuffer received = ByteBuffer.allocateDirect(SCRATCH_OCTETS);
    private final ByteBuffer plain = ByteBuffer.allocate(SCRATCH_OCTETS);
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(SCRATCH_OCTETS);
    /** Of channels that were closed since the last wait began: the selector closes one, with its RST, as the next begins. */
    private List<CheckPath.Lease> leaving = new ArrayList<>();

    EventLoop(LongSupplier clockNs) throws IOException {
        this.selector = Selector.open();
        this.clockNs = clockNs;
    }

    long nowNs() {
        return clockNs.getAsLong();
    }

    Timers timers() {
        return timers;
    }

    /** For what was just received, and is used up before anybody else receives. */
    ByteBuffer received() {
        return received.clear();
    }

    /** For what was in that under TLS. */
    ByteBuffer plain() {
        return plain.clear();
    }

    /** For what is sent at once under TLS. */
    ByteBuffer outgoing() {
        return outgoing.clear();
    }

    /** Has the loop's thread do something soon. Any thread. */
    void call(Runnable task) {
        calls.add(task);
        selector.wakeup();
    }

    /** @param ready run when the channel is ready for one of these operations */
    void register(SelectableChannel channel, int operations, Runnable ready) throws IOException {
        channel.register(selector, operations, ready);
    }

    /** Of a channel that is registered: from now on for these operations. */
    void waitFor(SelectableChannel channel, int operations) {
        SelectionKey key = channel.keyFor(selector);
        if (key != null) {
            key.interestOps(operations);
        }
    }

    /** Closes a channel, and lets go of its lease once it is closed. */
    void close(@Nullable SelectableChannel channel, CheckPath.Lease lease) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("closing a check's channel: {}", e.toString());
        }
        if (lease != CheckPath.Lease.NOTHING) {
            leaving.add(lease);
        }
    }

    /** Waits for something to do, and does it. */
    void turn() throws IOException {
        List<CheckPath.Lease> released = leaving;
        leaving = new ArrayList<>();
        long waitMs = timers.waitMs(nowNs());
        boolean busy = waitMs == 0 || !released.isEmpty() || !calls.isEmpty();
        int ready =
                busy ? selector.selectNow(EventLoop::ready) : selector.select(EventLoop::ready, Math.max(waitMs, 0));
        // an answer that is there was in time, however late this thread is: it goes before the timeouts
        for (int i = 0; ready >= MANY_READY && i < MOST_LOOKS; i++) {
            ready = selector.selectNow(EventLoop::ready);
        }
        released.forEach(lease -> run(lease::release));
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
            run(call);
        }
        long nowNs = nowNs();
        for (Runnable task = timers.due(nowNs); task != null; task = timers.due(nowNs)) {
            run(task);
        }
    }

    private static void ready(SelectionKey key) {
        if (key.isValid() && key.attachment() instanceof Runnable task) {
            run(task);
        }
    }

    /** One that fails is a fault of ours, and the others' checks go on. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.warn("health checks: ", e);
        }
    }

    @Override
    public void close() throws IOException {
        selector.selectNow();
        leaving.forEach(lease -> run(lease::release));
        selector.close();
    }
}
