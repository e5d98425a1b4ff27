package dev.trigon.dataplane.balance;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Random words without an end, of which any thread takes the next few. They are numbered, so that what comes next can be
 * looked at without taking it. The generator is SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
 */
final class RandomWords {
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final long seed;
    private final AtomicLong taken = new AtomicLong();

    RandomWords(long seed) {
        this.seed = seed;
    }

    /** Takes so many. Answers the number of the first. */
    long take(int words) {
        return taken.getAndAdd(words);
    }

    /** The number of the first that {@link #take} would give now. */
    long next() {
        return taken.get();
    }

    long at(long number) {
        return Scatter.mix(seed + number * GOLDEN);
    }
}
