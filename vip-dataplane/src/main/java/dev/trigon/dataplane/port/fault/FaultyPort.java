package dev.trigon.dataplane.port.fault;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.Steering;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loses, duplicates, reorders, corrupts and delays a port's frames, those that arrive, those that are sent, or both. For
 * tests: what a gateway must bear can then be had when it is wanted, and again.
 *
 * <p>A frame that is sent late or not at all counts as sent: so it is on a wire that loses it. What the kernel refuses is
 * told of frames that it is given within the same call.
 */
public final class FaultyPort implements PacketPort {
    private static final Logger LOG = LoggerFactory.getLogger(FaultyPort.class);

    /** So that the two directions of one seed do not meet the same faults. */
    private static final long OUT_SEED = 0x9E37_79B9_7F4A_7C15L;

    private final PacketPort port;
    private final LongSupplier clockNs;
    private final @Nullable FaultyLine in;
    private final @Nullable FaultyLine out;
    private final Batch arrived;
    private final Batch leaving;
    private final int[] origins;
    private int nextArrived;

    /** @param clockNs of no particular origin, as System.nanoTime */
    public FaultyPort(PacketPort port, Faults faults, int batchCapacity, LongSupplier clockNs) {
        this.port = port;
        this.clockNs = clockNs;
        this.in = faults.side() == Faults.Side.OUT ? null : new FaultyLine(faults, faults.seed());
        this.out = faults.side() == Faults.Side.IN ? null : new FaultyLine(faults, faults.seed() ^ OUT_SEED);
        this.arrived = port.newBatch(batchCapacity);
        this.leaving = new Batch(batchCapacity, Batch.LARGEST_FRAME);
        this.origins = new int[batchCapacity];
    }

    /** Its memory is the port's own only where nothing is held back of what arrives. */
    @Override
    public Batch newBatch(int capacity) {
        return in == null ? port.newBatch(capacity) : PacketPort.super.newBatch(capacity);
    }

    @Override
    public void receive(Batch batch) {
        if (out != null) {
            sendDue(out, null);
        }
        if (in == null) {
            port.receive(batch);
            return;
        }
        long nowNs = clockNs.getAsLong();
        while (!batch.isFull()) {
            if (!in.take(batch, nowNs) && !takeUp(in, nowNs)) {
                return;
            }
        }
    }

    /** Lets arrived frames into the line; false if there are none, or it has no room. */
    private boolean takeUp(FaultyLine line, long nowNs) {
        if (nextArrived == arrived.count()) {
            arrived.clear();
            nextArrived = 0;
            port.receive(arrived);
        }
        boolean any = false;
        while (nextArrived < arrived.count() && line.hasRoom()) {
            line.offer(arrived, nextArrived++, -1, nowNs);
            any = true;
        }
        return any;
    }

    @Override
    public void transmit(Batch batch) {
        if (out == null) {
            port.transmit(batch);
            return;
        }
        long nowNs = clockNs.getAsLong();
        for (int frame = 0; frame < batch.count(); frame++) {
            if (batch.egress(frame) != Batch.STAYS) {
                out.offer(batch, frame, frame, nowNs);
            }
        }
        sendDue(out, batch);
        out.forgetOrigins();
    }

    /** @param batch to note what was refused of it, if it is under way */
    private void sendDue(FaultyLine line, @Nullable Batch batch) {
        long nowNs = clockNs.getAsLong();
        do {
            leaving.clear();
            while (!leaving.isFull() && line.take(leaving, nowNs)) {
                origins[leaving.count() - 1] = line.takenOrigin();
            }
            if (leaving.count() > 0) {
                port.transmit(leaving);
                note(batch);
            }
        } while (leaving.isFull());
    }

    private void note(@Nullable Batch batch) {
        for (int frame = 0; batch != null && frame < leaving.count(); frame++) {
            if (origins[frame] >= 0) {
                batch.errno(origins[frame], leaving.errno(frame));
            }
        }
    }

    /** No longer than until a frame is due that was held back. */
    @Override
    public void await(int timeoutMs) {
        long nowNs = clockNs.getAsLong();
        long untilNs = Math.min(
                in == null ? Long.MAX_VALUE : in.untilDueNs(nowNs),
                out == null ? Long.MAX_VALUE : out.untilDueNs(nowNs));
        if (nextArrived < arrived.count()) {
            untilNs = 0;
        }
        long untilMs = TimeUnit.NANOSECONDS.toMillis(untilNs) + (untilNs > 0 ? 1 : 0);
        if (untilMs > 0) {
            port.await((int) Math.min(timeoutMs, untilMs));
        }
    }

    @Override
    public void wake() {
        port.wake();
    }

    @Override
    public void steer(Steering wanted) {
        port.steer(wanted);
    }

    @Override
    public long kernelDrops() {
        return port.kernelDrops();
    }

    /** What became of the frames that arrived. For the thread that uses the port. */
    public Tally tallyIn() {
        return in == null ? Tally.NONE : in.tally();
    }

    /** What became of the frames that were sent. For the thread that uses the port. */
    public Tally tallyOut() {
        return out == null ? Tally.NONE : out.tally();
    }

    /** What is still held is lost. */
    @Override
    public void close() {
        LOG.info("faults to what arrived: {}; to what was sent: {}", tallyIn(), tallyOut());
        port.close();
    }
}
