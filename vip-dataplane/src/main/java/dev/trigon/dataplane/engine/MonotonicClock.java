package dev.trigon.dataplane.engine;

import java.util.function.LongSupplier;

/**
 * Wall-clock milliseconds that never step: the wall clock at the start, and the steady clock from then on. Flows outlive
 * a restart, so their times must mean something to the next process; and a correction of the wall clock must not expire
 * them.
 */
final class MonotonicClock implements LongSupplier {
    private static final long NS_PER_MS = 1_000_000;

    private final long offsetMs = System.currentTimeMillis() - System.nanoTime() / NS_PER_MS;

    @Override
    public long getAsLong() {
        return offsetMs + System.nanoTime() / NS_PER_MS;
    }
}
