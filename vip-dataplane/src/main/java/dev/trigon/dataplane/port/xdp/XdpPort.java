package dev.trigon.dataplane.port.xdp;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.Steering;
import dev.trigon.dataplane.port.raw.RawOutput;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.Wakeup;
import dev.trigon.linux.xdp.ConsumerRing;
import dev.trigon.linux.xdp.ProducerRing;
import dev.trigon.linux.xdp.Umem;
import dev.trigon.linux.xdp.XdpSocket;
import java.util.stream.IntStream;

/**
 * One queue of an interface, by AF_XDP: a frame is decided, rewritten and sent where the kernel has put it.
 *
 * <p>What the rings cannot take comes in beside them: {@link Aside}.
 */
public final class XdpPort implements PacketPort {
    /**
     * As many frames as may wait while something else has the worker's processor: 40 ms of 400,000 a second. A ring of 4,096 ran
     * over now and then beside nothing but the machine's own chores.
     */
    static final int RECEIVE = 16_384;

    static final int FILL = RECEIVE;
    /** The receiving ring full, the sending rings of two interfaces full. */
    static final int CHUNKS = FILL + 2 * Egresses.SEND;

    /** How long to look for the next frame before going to sleep: about what it costs to be woken, and so to sleep in vain. */
    private static final long SPIN_NS = 5_000;
    /** Chunks for frames that come from elsewhere: answers that wait, announcements. */
    private static final int RESERVE = 128;
    /** While frames wait to be sent. */
    private static final int PENDING_MS = 1;

    private final XdpSocket socket;
    private final Umem umem;
    private final Chunks chunks;
    private final ConsumerRing received;
    private final ProducerRing fill;
    private final Egresses egresses;
    private final SteeredVips steered;
    private final Aside aside;
    private final RawOutput common;
    private final Wakeup wakeup;
    private final Runnable closed;
    private boolean busy;

    XdpPort(
            XdpSocket socket,
            Umem umem,
            Chunks chunks,
            Egresses egresses,
            SteeredVips steered,
            Aside aside,
            int batchCapacity,
            Runnable closed) {
        this.socket = socket;
        this.umem = umem;
        this.chunks = chunks;
        this.received = socket.received();
        this.fill = socket.fill();
        this.egresses = egresses;
        this.steered = steered;
        this.aside = aside;
        this.common = new RawOutput(batchCapacity);
        this.closed = closed;
        try {
            this.wakeup = new Wakeup(IntStream.concat(IntStream.of(socket.fd()), IntStream.of(aside.fds()))
                    .toArray());
        } catch (LinuxException e) {
            common.close();
            throw e;
        }
        refill();
    }

    /** Its first octets are the frames' chunks. */
    @Override
    public Batch newBatch(int capacity) {
        return new Batch(umem.memory(), umem.octets(), capacity, Batch.LARGEST_FRAME);
    }

    /** For frames that do not lie in a chunk. */
    static int octetsBesideChunks(int batchCapacity) {
        return batchCapacity * Batch.LARGEST_FRAME;
    }

    @Override
    public void receive(Batch batch) {
        chunks.batchEnds();
        egresses.complete(batch);
        refill();
        aside.receive(batch);
        int count = received.peek(batch.capacity() - batch.count());
        int entry = received.next();
        for (int i = 0; i < count; i++) {
            int at = (int) received.frameAddress(entry + i);
            batch.addAt(at, received.frameOctets(entry + i), false);
            chunks.arrived(umem.chunkOf(at));
        }
        if (count > 0) {
            received.release(count);
            busy = true;
        }
    }

    /** Gives the kernel chunks to receive into, but for those that frames need that come from elsewhere. */
    private void refill() {
        int count = Math.min(fill.room(FILL), chunks.freeCount() - RESERVE);
        if (count <= 0) {
            return;
        }
        int entry = fill.next();
        for (int i = 0; i < count; i++) {
            fill.address(entry + i, umem.at(chunks.take(Chunks.RECEIVES)));
        }
        fill.submit(count);
        if (fill.needsWakeup()) {
            socket.wakeReceive();
        }
    }

    @Override
    public void transmit(Batch batch) {
        for (int frame = 0; frame < batch.count(); frame++) {
            if (batch.egress(frame) != Batch.STAYS && !queue(batch, frame)) {
                common.send(batch, frame);
            }
        }
        egresses.flush(batch);
        common.flush(batch);
    }

    /** False: not by a ring. */
    private boolean queue(Batch batch, int frame) {
        Egress egress = egresses.of(batch.egress(frame));
        int octets = batch.length(frame);
        if (batch.segment(frame) != Batch.WHOLE) {
            // it is sent at once, and what is queued goes first: a flow keeps its order
            egresses.flush(batch);
            return false;
        }
        if (egress == null || !egress.hasRoom() || octets > umem.roomOctets()) {
            return false;
        }
        int at = batch.at(frame);
        if (!batch.isIn(umem.memory()) || at >= umem.octets()) {
            if (chunks.freeCount() == 0) {
                return false;
            }
            int copy = umem.at(chunks.take(Chunks.IN_BATCH)) + Umem.HEADROOM;
            umem.memory().buffer().put(copy, batch.frames(), at, octets);
            at = copy;
        }
        egress.queue(frame, at, octets);
        return true;
    }

    @Override
    public void await(int timeoutMs) {
        if (aside.hasInHand() || isSoonBusyAgain()) {
            return;
        }
        busy = false;
        wakeup.await(egresses.isPending() ? Math.min(timeoutMs, PENDING_MS) : timeoutMs);
        aside.slept(wakeup, 1);
    }

    private boolean isSoonBusyAgain() {
        if (!busy) {
            return received.peek(1) > 0;
        }
        long beganNs = System.nanoTime();
        do {
            if (received.peek(1) > 0) {
                return true;
            }
            Thread.onSpinWait();
        } while (System.nanoTime() - beganNs < SPIN_NS);
        return false;
    }

    @Override
    public void wake() {
        wakeup.wake();
    }

    @Override
    public void steer(Steering wanted) {
        // at no moment is a VIP brought in by neither
        aside.steer(wanted);
        steered.set(wanted.vips().stream()
                .filter(vip -> !wanted.own().contains(vip))
                .toList());
    }

    @Override
    public long kernelDrops() {
        return socket.lost() + aside.kernelDrops();
    }

    /** Neither free nor the kernel's to receive into. */
    int chunksInUse() {
        egresses.complete(newBatch(0));
        return CHUNKS - chunks.freeCount() - chunks.count(Chunks.RECEIVES);
    }

    @Override
    public void close() {
        egresses.close();
        aside.close();
        common.close();
        wakeup.close();
        closed.run();
    }
}
