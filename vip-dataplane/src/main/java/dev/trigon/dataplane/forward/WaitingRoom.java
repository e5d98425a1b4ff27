package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.port.Batch;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
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
    /**
     * Every place once. Those that are taken come first, whoever came first ahead: a flow's packets leave in the order in which
     * they came.
     */
    private final int[] queue;

    /** Those that are left in the round that goes on, to become free at its end. */
    private final int[] left;

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
        this.queue = IntStream.range(0, places).toArray();
        this.left = new int[places];
    }

    boolean isEmpty() {
        return taken == 0;
    }

    boolean isFull() {
        return taken == queue.length;
    }

    /** Takes a copy of the frame in; false when there is no place for it. */
    boolean admit(Batch batch, int frame, T waitsFor, long nowMs) {
        int octets = batch.length(frame);
        if (isFull() || octets > frameCapacity || countOf(waitsFor) >= perCause) {
            return false;
        }
        int place = queue[taken++];
        frames.put(place * frameCapacity, batch.frames(), batch.at(frame), octets);
        cause[place] = waitsFor;
        length[place] = octets;
        sinceMs[place] = nowMs;
        return true;
    }

    private int countOf(T waitsFor) {
        int same = 0;
        for (int i = 0; i < taken; i++) {
            same += cause[queue[i]] == waitsFor ? 1 : 0;
        }
        return same;
    }

    /** Puts those that need wait no longer at the end of the batch, as far as it has room. */
    void release(Batch batch, Counters counters) {
        int kept = 0;
        for (int i = 0; i < taken; i++) {
            int place = queue[i];
            if (!batch.isFull() && isOver.test(causeOf(place))) {
                int frame = batch.add(length[place], false);
                batch.frames().put(batch.at(frame), frames, place * frameCapacity, length[place]);
                vacate(place, i - kept, counters);
            } else {
                queue[kept++] = place;
            }
        }
        settle(kept);
    }

    /** Gives up on those that have waited too long. */
    void expire(long nowMs, Counters counters) {
        int kept = 0;
        for (int i = 0; i < taken; i++) {
            int place = queue[i];
            if (nowMs - sinceMs[place] >= PATIENCE_MS) {
                vacate(place, i - kept, counters);
                counters.dropped(inVain);
            } else {
                queue[kept++] = place;
            }
        }
        settle(kept);
    }

    private void vacate(int place, int before, Counters counters) {
        left[before] = place;
        onLeaving.accept(causeOf(place));
        cause[place] = null;
        counters.waitedEnough();
    }

    private void settle(int kept) {
        System.arraycopy(left, 0, queue, kept, taken - kept);
        taken = kept;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // admit() puts in nothing else, and only taken places are asked about
    private T causeOf(int place) {
        return (T) cause[place];
    }
}
