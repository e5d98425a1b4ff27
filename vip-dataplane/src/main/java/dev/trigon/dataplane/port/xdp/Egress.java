package dev.trigon.dataplane.port.xdp;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.linux.xdp.ConsumerRing;
import dev.trigon.linux.xdp.ProducerRing;
import dev.trigon.linux.xdp.Umem;
import dev.trigon.linux.xdp.XdpSocket;
import dev.trigon.linux.xdp.XdpSocket.Copying;
import java.lang.invoke.VarHandle;

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
    private static final int MOST_IN_FLIGHT = Egresses.SEND;

    private final XdpSocket socket;
    private final Chunks chunks;
    private final Umem umem;
    private final byte owner;
    private final boolean told;
    private final ProducerRing ring;
    private final ConsumerRing completed;
    private final int[] frames;
    private final int[] chunkOf;
    /** Of the first frame of this batch, in the ring. */
    private int first;

    private int queued;
    /** Up to where the kernel has taken frames, or lost them. */
    private int taken;
    /** Up to where chunks have come back; the driver may change their order. */
    private int done;
    /** The interface has fewer queues to send by than to receive by, and this one is not among them. */
    private boolean isNoQueue;

    Egress(XdpSocket socket, Copying copying, Umem umem, Chunks chunks, byte owner, int batchCapacity) {
        this.socket = socket;
        this.umem = umem;
        this.chunks = chunks;
        this.owner = owner;
        this.told = copying == Copying.COPY;
        this.ring = socket.send();
        this.completed = socket.completed();
        this.frames = new int[batchCapacity];
        this.chunkOf = new int[batchCapacity];
        this.first = ring.next();
        this.taken = first;
        this.done = first;
    }

    /** An interface that is slow to send does not get all the chunks: others have frames to receive. */
    boolean hasRoom() {
        return !isNoQueue && ring.next() + queued - done < MOST_IN_FLIGHT && ring.room(queued + 1) > queued;
    }

    boolean hasQueued() {
        return queued > 0;
    }

    /** Queues a frame that lies in a chunk. There must be room. */
    void queue(int frame, int at, int octets) {
        ring.frame(ring.next() + queued, at, octets);
        int chunk = umem.chunkOf(at);
        chunks.leaves(chunk, owner);
        chunkOf[queued] = chunk;
        frames[queued++] = frame;
    }

    /**
     * Sends what is queued, and notes an errno at each frame that the kernel refused.
     *
     * @return whether the interface sends at all
     */
    boolean flush(Batch batch) {
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

    /** The ring's new entries are to be seen before the driver says that it sleeps, or it would sleep on. */
    private int nudge() {
        VarHandle.fullFence();
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
                    isNoQueue = errno == 0 && taken - done < completed.size();
                    return isNoQueue ? ENXIO : 0;
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
        return told ? taken != ring.next() : ring.taken() != ring.next();
    }

    /**
     * Takes back chunks whose frames have been sent, and tries again to send what waits: it has been counted already.
     *
     * @return whether the interface sends at all
     */
    boolean complete(Batch batch) {
        takeBack();
        abandon();
        if (!isPending()) {
            return true;
        }
        if (!told) {
            return nudge() == 0;
        }
        first = ring.next();
        if (push(batch) == 0) {
            return true;
        }
        taken = ring.next();
        return false;
    }

    /** What a batch queued and, for a fault, did not flush. */
    private void abandon() {
        for (int i = 0; i < queued; i++) {
            chunks.give(chunkOf[i]);
        }
        queued = 0;
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
        done += count;
    }

    /** Its chunks stay its own: the driver may be reading them. */
    @Override
    public void close() {
        abandon();
        socket.close();
    }
}
