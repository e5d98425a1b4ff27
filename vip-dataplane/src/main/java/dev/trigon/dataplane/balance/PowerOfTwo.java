package dev.trigon.dataplane.balance;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The power of two choices: two different backends are drawn by weight, and the one with fewer flows for its weight is taken.
 * Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001: of n equal backends the
 * fullest is above the mean by about ln ln n / ln 2, however many flows there are, where one drawn alone is above it by more and
 * more. And a backend that is empty draws no crowd, which it does where everybody looks for the least.
 *
 * <p>What the next choice draws is known before: {@link #peek} draws the same two.
 */
public final class PowerOfTwo implements Scheduler {
    private static final int DRAWN = 2;

    private final Candidates candidates;
    private final @Nullable WeightedDraw draw;
    private final RandomWords words;
    private final LongSupplier nanoClock;

    private PowerOfTwo(Candidates candidates, LongSupplier nanoClock, long seed) {
        this.candidates = candidates;
        this.draw = candidates.count() == 0 ? null : new WeightedDraw(candidates.weights());
        this.words = new RandomWords(seed);
        this.nanoClock = nanoClock;
    }

    public static PowerOfTwo of(Load[] loads, int[] weights) {
        return of(loads, weights, System::nanoTime, ThreadLocalRandom.current().nextLong());
    }

    static PowerOfTwo of(Load[] loads, int[] weights, LongSupplier nanoClock, long seed) {
        return new PowerOfTwo(new Candidates(loads, weights), nanoClock, seed);
    }

    @Override
    public int choose(long flowHash) {
        if (draw == null) {
            return NO_BACKEND;
        }
        int span = Load.span(nanoClock.getAsLong());
        return candidates.give(freer(draw, words.take(DRAWN), span), span);
    }

    @Override
    public int peek(long flowHash) {
        if (draw == null) {
            return NO_BACKEND;
        }
        return candidates.place(freer(draw, words.next(), Load.span(nanoClock.getAsLong())));
    }

    private int freer(WeightedDraw drawn, long number, int span) {
        int one = drawn.draw(words.at(number));
        if (candidates.count() == 1) {
            return one;
        }
        int other = drawn.drawOther(words.at(number + 1), one);
        boolean isOther = candidates.isFreer(other, candidates.flows(other, span), one, candidates.flows(one, span));
        return isOther ? other : one;
    }

    @Override
    public boolean isHashing() {
        return false;
    }
}
