package dev.trigon.dataplane.port.pcap;

import dev.trigon.dataplane.port.Batch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapNativeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes a trace: one file a direction. The packet path's thread offers, and asks before whether anybody
 * still wants it.
 */
final class TraceWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TraceWriter.class);
    private static final int RING_OCTETS = 8 * 1024 * 1024;
    private static final int BURST = 1_024;
    private static final long POLL_NS = 1_000_000;
    private static final long LONGEST_CLOSE_MS = 5_000;

    private final TraceRing ring = new TraceRing(RING_OCTETS);
    private final TraceFile[] files;
    private final Thread thread;

    // written by the thread, but for stopping
    private volatile boolean wantsIn = true;
    private volatile boolean wantsOut = true;
    private volatile boolean stopping;

    private final AtomicLong lost = new AtomicLong();

    private TraceWriter(String interfaceName, TraceFile in, TraceFile out) {
        files = new TraceFile[] {in, out};
        thread = new Thread(this::run, "trace-" + interfaceName);
        thread.setDaemon(true);
    }

    static TraceWriter start(String interfaceName, TraceFile in, TraceFile out) {
        TraceWriter writer = new TraceWriter(interfaceName, in, out);
        writer.thread.start();
        return writer;
    }

    boolean wants(int direction) {
        return direction == TracedPort.IN ? wantsIn : wantsOut;
    }

    /** Never waits: what comes faster than it can be written is not written. */
    void offer(Batch batch, int frame, int direction, long epochNs) {
        if (!ring.put(batch, frame, direction, epochNs)) {
            lost.incrementAndGet();
        }
    }

    private void run() {
        try {
            while (wantsIn || wantsOut) {
                boolean last = stopping;
                if (!drain()) {
                    if (last) {
                        break;
                    }
                    LockSupport.parkNanos(POLL_NS);
                }
            }
        } catch (RuntimeException e) {
            LOG.error("the trace ends here, it cannot be written ({}): see that the disk has room", e.getMessage());
        } finally {
            end();
        }
    }

    /** Writes what there is; whether there was any. */
    private boolean drain() {
        int written = 0;
        while (written < BURST && (wantsIn || wantsOut) && ring.take(this::write)) {
            written++;
        }
        return written > 0;
    }

    private void write(byte[] frame, int direction, long epochNs) {
        TraceFile file = files[direction];
        if (file.isFull()) {
            return;
        }
        try {
            file.write(frame, epochNs);
            // each by itself: a full disk shows only while there is something left to flush
            file.flush();
            if (file.isFull()) {
                full(direction);
                LOG.info("{} has as many packets as it may; no more are written to it", file.path());
            }
        } catch (PcapNativeException | NotOpenException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private void full(int direction) {
        if (direction == TracedPort.IN) {
            wantsIn = false;
        } else {
            wantsOut = false;
        }
    }

    private void end() {
        wantsIn = false;
        wantsOut = false;
        for (TraceFile file : files) {
            file.close();
        }
        if (lost() > 0) {
            LOG.warn("{} packets came faster than the trace could be written and are not in it", lost());
        }
    }

    /** Frames that are not in the files because they came too fast. */
    long lost() {
        return lost.get();
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join(LONGEST_CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn(
                    "the trace was not written to its end within {} s",
                    TimeUnit.MILLISECONDS.toSeconds(LONGEST_CLOSE_MS));
        }
    }
}
