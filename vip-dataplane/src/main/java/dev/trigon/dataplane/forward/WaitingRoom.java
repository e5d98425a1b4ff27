package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.Backend;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Holds packets whose next hop has no MAC yet, while the kernel asks for it: a few, for a second, and few of one
 * backend, so that a dead one cannot take every place. A packet that need wait no longer goes the whole way again.
 */
final class WaitingRoom {
    static final int PLACES = 128;
    static final int PLACES_PER_BACKEND = 32;
    static final long PATIENCE_MS = 1_000;

    private final int frameCapacity;
    private final ByteBuffer frames;
    private final @Nullable Backend[] backend = new Backend[PLACES];
    private final int[] length = new int[PLACES];
    private final long[] sinceMs = new long[PLACES];
    /** The places that are taken, whoever came first first: a flow's packets leave in the order in which they came. */
    private final int[] queue = new int[PLACES];

    private int taken;

    WaitingRoom(int frameCapacity) {
        this.frameCapacity = frameCapacity;
        this.frames = ByteBuffer.allocateDirect(PLACES * frameCapacity);
    }

    boolean isEmpty() {
        return taken == 0;
    }

    /** Takes a copy of the frame in; false when there is no place for it. */
    boolean admit(Batch batch, int frame, Backend towards, long nowMs) {
        int place = freePlace(towards);
        if (place < 0) {
            return false;
        }
        frames.put(place * frameCapacity, batch.frames(), batch.at(frame), batch.length(frame));
        backend[place] = towards;
        length[place] = batch.length(frame);
        sinceMs[place] = nowMs;
        queue[taken++] = place;
        return true;
    }

    private int freePlace(Backend towards) {
        int free = -1;
        int same = 0;
        for (int i = 0; i < PLACES; i++) {
            Backend waiting = backend[i];
            if (waiting == null) {
                free = i;
            } else if (waiting.addressLow() == towards.addressLow() && waiting.addressHigh() == towards.addressHigh()) {
                same++;
            }
        }
        return same < PLACES_PER_BACKEND ? free : -1;
    }

    /** Puts those whose next hop is known now at the end of the batch, as far as it has room. */
    void release(Batch batch, Counters counters) {
        int kept = 0;
        for (int i = 0; i < taken; i++) {
            int place = queue[i];
            Backend waiting = backend[place];
            if (!batch.isFull() && waiting != null && waiting.nextHop() != null) {
                int frame = batch.add(length[place], false);
                batch.frames().put(batch.at(frame), frames, place * frameCapacity, length[place]);
                backend[place] = null;
                counters.waitedEnough();
            } else {
                queue[kept++] = place;
            }
        }
        taken = kept;
    }

    /** Gives up on those that have waited too long. */
    void expire(long nowMs, Counters counters) {
        int kept = 0;
        for (int i = 0; i < taken; i++) {
            int place = queue[i];
            if (nowMs - sinceMs[place] >= PATIENCE_MS) {
                backend[place] = null;
                counters.waitedEnough();
                counters.dropped(DropReason.NEXT_HOP_UNRESOLVED);
            } else {
                queue[kept++] = place;
            }
        }
        taken = kept;
    }
}
