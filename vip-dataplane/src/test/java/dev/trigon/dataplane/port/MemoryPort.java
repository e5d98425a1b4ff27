package dev.trigon.dataplane.port;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A port whose wire is two queues. What arrives can be put in, and what was sent taken out, by any thread. */
public final class MemoryPort implements PacketPort {
    /** A frame that was sent; {@code segment} as {@link Batch#segment} has it. */
    public record Sent(int egress, byte[] frame, int segment) {}

    private final Queue<byte[]> arriving = new ConcurrentLinkedQueue<>();
    private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final Semaphore wakeups = new Semaphore(0);
    private final List<Steering> steered = new ArrayList<>();
    private volatile int refusal;
    private volatile boolean broken;
    private volatile boolean breaksReceiving;
    private volatile boolean closed;

    public void arrive(byte[] frame) {
        arriving.add(frame);
        wakeups.release();
    }

    /** From now on every send fails with this errno; 0: none does. */
    public void refuse(int errno) {
        refusal = errno;
    }

    /** The next batch to be sent meets a fault of the port. */
    public void breakOnce() {
        broken = true;
    }

    /** The next time that a frame arrives, the port has a fault after it has taken it. */
    public void breakReceivingOnce() {
        breaksReceiving = true;
    }

    /** What was sent since the last time. */
    public List<Sent> takeSent() {
        List<Sent> taken = new ArrayList<>();
        for (Sent one = sent.poll(); one != null; one = sent.poll()) {
            taken.add(one);
        }
        return taken;
    }

    public boolean hasArriving() {
        return !arriving.isEmpty();
    }

    public synchronized List<Steering> steered() {
        return List.copyOf(steered);
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void receive(Batch batch) {
        while (!batch.isFull()) {
            byte[] frame = arriving.poll();
            if (frame == null) {
                return;
            }
            int octets = Math.min(frame.length, batch.frameCapacity());
            int number = batch.add(octets, octets < frame.length);
            batch.frames().put(batch.at(number), frame, 0, octets);
            if (breaksReceiving) {
                breaksReceiving = false;
                throw new IllegalStateException("broken on purpose");
            }
        }
    }

    @Override
    public void transmit(Batch batch) {
        if (broken) {
            broken = false;
            throw new IllegalStateException("broken on purpose");
        }
        for (int frame = 0; frame < batch.count(); frame++) {
            if (batch.egress(frame) == Batch.STAYS) {
                continue;
            }
            if (refusal != 0) {
                batch.errno(frame, refusal);
                continue;
            }
            byte[] octets = new byte[batch.length(frame)];
            batch.frames().get(batch.at(frame), octets);
            sent.add(new Sent(batch.egress(frame), octets, batch.segment(frame)));
        }
    }

    @Override
    public void await(int timeoutMs) {
        try {
            if (wakeups.tryAcquire(timeoutMs, TimeUnit.MILLISECONDS)) {
                wakeups.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void wake() {
        wakeups.release();
    }

    @Override
    public synchronized void steer(Steering wanted) {
        steered.add(wanted);
    }

    @Override
    public long kernelDrops() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
    }
}
