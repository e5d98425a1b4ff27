package dev.trigon.dataplane.control;

import java.util.function.LongSupplier;

/**
 * The two clocks: one that only goes on, and one that a restart leaves.
 *
 * @param ns from any beginning
 * @param wallMs since 1970
 */
record Clocks(LongSupplier ns, LongSupplier wallMs) {
    static final Clocks SYSTEM = new Clocks(System::nanoTime, System::currentTimeMillis);
}
