package dev.trigon.systemtests.lab;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what must become true, no longer than it takes. */
public final class Eventually {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(30);

    private Eventually() {}

    /** @param otherwise what to say when it did not become true in time */
    public static void within(Duration limit, BooleanSupplier condition, Supplier<String> otherwise) {
        long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - startNs > limit.toNanos()) {
                throw new AssertionError(otherwise.get() + ", after " + limit);
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
    }
}
