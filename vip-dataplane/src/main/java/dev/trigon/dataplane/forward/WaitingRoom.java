package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.port.Batch;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Holds packets that cannot go on yet: whose next hop has no MAC while the kernel asks for it, or whose first fragment is
 * still to come. A few, for a second, and few for one cause, so that a dead server cannot take every place. A packet that
 * need wait no longer goes the whole way again.
 *
 * @param <T> what packets wait for
 */
final class WaitingRoom<T> {
    static final long PATIENCE_MS = 1_000;

    private final int perCause;
    private final int frameCapacity;
    private final Predicate<T> isOver;
    private final Consumer<T> onLeaving;
    private final DropReason inVain;
    private final ByteBuffer frames;
    private final @Nullable Object[] cause;
    private final int[] length;
    private final long[] sinceMs;
    /** The places that are taken, whoever came first first: a flow's packets leave in the order in which they came. */
    private final int[] queue;

    private int taken;

    /**
     * Prepares a room.
     *
     * @param isOver whether what a packet waits for is there
     * @param onLeaving told of each packet that leaves, however
     * @param inVain why a packet is dropped that has waited too long
     */
    WaitingRoom(
            int places,
            int perCause,
            int frameCapacity,
            Predicate<T> isOver,
            Consumer<T> onLeaving,
            DropReason inVain) {
        this.perCause = perCause;
        this.frameCapacity = frameCapacity;
        this.isOver = isOver;
        this.onLeaving = onLeaving;
        this.inVain = inVain;
        this.frames = ByteBuffer.allocateDirect(places * frameCapacity);
        this.cause = new Object[places];
        this.length = new int[places];
        this.sinceMs = new long[places];
        this.queue = new int[places];
    }

    boolean isEmpty() {
        return taken == 0;
    }

    /** Takes a copy of the frame in; false when there is no place for it. */
    boolean admit(Batch batch, int frame, T waitsFor, long nowMs) {
        int octets = batch.length(frame);
        int place = octets <= frameCapacity ? freePlace(waitsFor) : -1;
        if (place < 0) {
            return false;
        }
        frames.put(place * frameCapacity, batch.frames(), batch.at(frame), octets);
        cause[place] = waitsFor;
        length[place] = octets;
        sinceMs[place] = nowMs;
        queue[taken++] = place;
        return true;
    }

    private int freePlace(T waitsFor) {
        int free = -1;
        int same = 0;
        for (int i = 0; i < cause.length; i++) {
            if (cause[i] == null) {
                free = i;
            } else if (cause[i] == waitsFor) {
                same++;
            }
        }
        return same < perCause ? free : -1;
    }

    /** Puts those that need wait no longer at the end of the batch, as far as it has room. */
    void release(Batch batch, Counters counters) {
        int kept = 0;
        for (int i = 0; i < taken; i++) {
            int place = queue[i];
            if (!batch.isFull() && isOver.test(causeOf(place))) {
                int frame = batch.add(length[place], false);
                batch.frames().put(batch.at(frame), frames, place * frameCapacity, length[place]);
                vacate(place, counters);
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
                vacate(place, counters);
                counters.dropped(inVain);
            } else {
                queue[kept++] = place;
            }
        }
        taken = kept;
    }

    private void vacate(int place, Counters counters) {
        onLeaving.accept(causeOf(place));
        cause[place] = null;
        counters.waitedEnough();
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // admit() puts in nothing else, and only taken places are asked about
    private T causeOf(int place) {
        return (T) cause[place];
    }
}
