package dev.trigon.dataplane.port.xdp;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.linux.xdp.ConsumerRing;
import dev.trigon.linux.xdp.ProducerRing;
import dev.trigon.linux.xdp.Umem;
import dev.trigon.linux.xdp.XdpSocket;
import dev.trigon.linux.xdp.XdpSocket.Copying;

/**
 * Sends frames out of one interface from where they lie in the memory.
 *
 * <p>Where the kernel copies, it does so in the call that wakes it, and what it has taken is on its way: what it refuses is
 * known by then, frame by frame. A driver that works in the memory itself sends when it gets to it, and tells nobody what became
 * of a frame.
 */
final class Egress implements AutoCloseable {
    private static final int EBUSY = 16;
    private static final int ENXIO = 6;
    private static final int ENODEV = 19;
    private static final int EINVAL = 22;
    private static final int ENETDOWN = 100;
    private static final int ENOBUFS = 105;

    private final XdpSocket socket;
    private final Chunks chunks;
    private final Umem umem;
    private final byte owner;
    private final boolean told;
    private final ProducerRing ring;
    private final ConsumerRing completed;
    private final int[] frames;
    /** Of the first frame of this batch, in the ring. */
    private int first;

    private int queued;
    /** Up to where the kernel has taken frames, or lost them. */
    private int taken;

    Egress(XdpSocket socket, Copying copying, Umem umem, Chunks chunks, byte owner, int batchCapacity) {
        this.socket = socket;
        this.umem = umem;
        this.chunks = chunks;
        this.owner = owner;
        this.told = copying == Copying.COPY;
        this.ring = socket.send();
        this.completed = socket.completed();
        this.frames = new int[batchCapacity];
        this.first = ring.next();
        this.taken = first;
    }

    byte owner() {
        return owner;
    }

    boolean hasRoom() {
        return ring.room(queued + 1) > queued;
    }

    /** Queues a frame that lies in a chunk. There must be room. */
    void queue(int frame, int at, int octets) {
        ring.frame(ring.next() + queued, at, octets);
        chunks.leaves(umem.chunkOf(at), owner);
        frames[queued++] = frame;
    }

    /**
     * Sends what is queued, and notes an errno at each frame that the kernel refused.
     *
     * @return whether the interface sends at all
     */
    boolean flush(Batch batch) {
        if (queued == 0) {
            return true;
        }
        first = ring.next();
        ring.submit(queued);
        int errno = told ? push(batch) : nudge();
        boolean works = errno == 0;
        if (!works) {
            for (int i = Math.max(taken - first, 0); i < queued; i++) {
                batch.errno(frames[i], errno);
            }
            taken = ring.next();
        }
        queued = 0;
        return works;
    }

    private int nudge() {
        if (ring.needsWakeup()) {
            int errno = socket.wakeSend();
            return isFinal(errno) ? errno : 0;
        }
        return 0;
    }

    /** Has the kernel take what is in the ring. What it has no room for stays there, and is tried again with the next batch. */
    private int push(Batch batch) {
        int end = ring.next();
        boolean retried = false;
        while (taken != end) {
            int errno = socket.wakeSend();
            int before = taken;
            if (ring.taken() - taken > 0) {
                taken = ring.taken();
            }
            if (errno == EBUSY) {
                lost(batch, before);
            } else if (isFinal(errno)) {
                return errno;
            } else if (taken == before) {
                if (retried) {
                    return 0;
                }
                retried = true;
                takeBack();
            }
        }
        return 0;
    }

    /** The driver would not have a frame, and it is gone: the last that was taken, or one whose taking has not been shown yet. */
    private void lost(Batch batch, int before) {
        if (taken == before) {
            taken++;
        }
        int index = taken - 1 - first;
        if (index >= 0 && index < queued) {
            batch.errno(frames[index], ENOBUFS);
        }
    }

    /** Errors that the next call would meet again. */
    private static boolean isFinal(int errno) {
        return errno == ENXIO || errno == ENODEV || errno == EINVAL || errno == ENETDOWN;
    }

    /** Whether frames of earlier batches still wait for the kernel to take them. */
    boolean isPending() {
        return told && taken != ring.next();
    }

    /** Takes back chunks whose frames have been sent, and tries again to send what waits: it has been counted already. */
    void complete(Batch batch) {
        takeBack();
        if (isPending()) {
            first = ring.next();
            if (push(batch) != 0) {
                taken = ring.next();
            }
        }
    }

    private void takeBack() {
        int count = completed.peek(completed.size());
        if (count == 0) {
            return;
        }
        int entry = completed.next();
        for (int i = 0; i < count; i++) {
            chunks.give(umem.chunkOf(completed.address(entry + i)));
        }
        completed.release(count);
    }

    @Override
    public void close() {
        socket.close();
        chunks.senderIsGone(owner);
    }
}
