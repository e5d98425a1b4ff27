package dev.trigon.dataplane.balance;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The backend with the fewest flows for its weight; among equals each in turn. What a backend has is its {@link Load}, to which
 * a choice counts at once: several workers that choose in the same moment do not all choose the same.
 *
 * <p>Up to {@link #SCANNED} backends each choice looks at all of them. Looking at thousands would take longer than all else
 * that a packet needs, so from there on it looks at {@link #LOOKS} that are drawn by weight, and takes the freest of those. With
 * d drawn of n the fullest backend is above the mean by about ln ln n / ln d (Azar, Broder, Karlin, Upfal, "Balanced
 * allocations", SIAM J. Comput. 29(1), 1999), which is less than one flow: what is lost is that a backend which has just become
 * empty gets its share of the next flows, and not all of them. Queues ordered by load would have to be told of every flow that
 * ends, by whoever ends it.
 */
public final class LeastConnections implements Scheduler {
    /** The most backends that are all looked at. */
    public static final int SCANNED = 128;

    /** How many are looked at where there are more. */
    static final int LOOKS = 16;

    private final Candidates candidates;
    private final @Nullable WeightedDraw draw;
    private final RandomWords words;
    private final LongSupplier nanoClock;

    private LeastConnections(Candidates candidates, LongSupplier nanoClock, long seed) {
        this.candidates = candidates;
        this.draw = candidates.count() > SCANNED ? new WeightedDraw(candidates.weights()) : null;
        this.words = new RandomWords(seed);
        this.nanoClock = nanoClock;
    }

    public static LeastConnections of(Load[] loads, int[] weights) {
        return of(loads, weights, System::nanoTime, ThreadLocalRandom.current().nextLong());
    }

    static LeastConnections of(Load[] loads, int[] weights, LongSupplier nanoClock, long seed) {
        return new LeastConnections(new Candidates(loads, weights), nanoClock, seed);
    }

    @Override
    public int choose(long flowHash) {
        if (candidates.count() == 0) {
            return NO_BACKEND;
        }
        int span = Load.span(nanoClock.getAsLong());
        long number = words.take(draw == null ? 1 : LOOKS);
        return candidates.give(draw == null ? freest(number, span) : freestOfDrawn(draw, number, span), span);
    }

    @Override
    public int peek(long flowHash) {
        if (candidates.count() == 0) {
            return NO_BACKEND;
        }
        int span = Load.span(nanoClock.getAsLong());
        long number = words.next();
        return candidates.place(draw == null ? freest(number, span) : freestOfDrawn(draw, number, span));
    }

    private int freest(long turn, int span) {
        int count = candidates.count();
        int freest = (int) Long.remainderUnsigned(turn, count);
        long fewest = candidates.flows(freest, span);
        int next = freest;
        for (int i = 1; i < count; i++) {
            next = next + 1 == count ? 0 : next + 1;
            long flows = candidates.flows(next, span);
            if (candidates.isFreer(next, flows, freest, fewest)) {
                freest = next;
                fewest = flows;
            }
        }
        return freest;
    }

    private int freestOfDrawn(WeightedDraw drawn, long number, int span) {
        int freest = drawn.draw(words.at(number));
        long fewest = candidates.flows(freest, span);
        for (int i = 1; i < LOOKS; i++) {
            int next = drawn.draw(words.at(number + i));
            long flows = candidates.flows(next, span);
            if (candidates.isFreer(next, flows, freest, fewest)) {
                freest = next;
                fewest = flows;
            }
        }
        return freest;
    }

    @Override
    public boolean isHashing() {
        return false;
    }
}
