package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.IdleLimits;
import dev.trigon.conntrack.Reclaim;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes flows that were idle for too long, a piece of the table at a time, all of it every few seconds. When the table is
 * nearly full it makes room: without a pause, as long as it finds anything that can be done without.
 */
final class FlowExpiry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowExpiry.class);
    private static final long CYCLE_MS = 5_000;
    private static final long FRUITLESS_NAP_NS = TimeUnit.SECONDS.toNanos(1);

    private final FlowTable flows;
    private final IdleLimits limits;
    private final LongSupplier clockMs;
    private final AtomicLong reclaimed = new AtomicLong();
    private final Thread thread = new Thread(this::run, "flow-expiry");
    private volatile boolean stopping;

    private FlowExpiry(FlowTable flows, IdleLimits limits, LongSupplier clockMs) {
        this.flows = flows;
        this.limits = limits;
        this.clockMs = clockMs;
    }

    static FlowExpiry start(FlowTable flows, IdleLimits limits, LongSupplier clockMs) {
        FlowExpiry expiry = new FlowExpiry(flows, limits, clockMs);
        expiry.thread.setDaemon(true);
        expiry.thread.start();
        return expiry;
    }

    /** Flows that had to make room before their time, since the start. */
    long reclaimed() {
        return reclaimed.get();
    }

    private void run() {
        // a nap of a few milliseconds costs little; shorter ones would wake the processor for nothing
        int stepsPerNap = Math.max(1, (int) (flows.expirySteps() * 10L / CYCLE_MS));
        long napNs = TimeUnit.MILLISECONDS.toNanos(CYCLE_MS) * stepsPerNap / Math.max(1, flows.expirySteps());
        while (!stopping) {
            try {
                if (flows.isPressed()) {
                    makeRoom();
                } else {
                    expire(stepsPerNap);
                    LockSupport.parkNanos(napNs);
                }
            } catch (RuntimeException e) {
                LOG.error("removing idle flows; it goes on in {} ms", CYCLE_MS, e);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(CYCLE_MS));
            }
        }
    }

    private void expire(int steps) {
        for (int i = 0; i < steps && !stopping; i++) {
            flows.expireNext(clockMs.getAsLong(), limits);
        }
    }

    /** What can be spared least goes only where the rest of a whole round was not enough. */
    private void makeRoom() {
        long before = reclaimed.get();
        for (Reclaim what : Reclaim.values()) {
            round(what);
        }
        if (reclaimed.get() == before) {
            // all that is left is in use, and time alone changes that: to look again at once would only be in the way
            LockSupport.parkNanos(FRUITLESS_NAP_NS);
        }
    }

    private void round(Reclaim what) {
        for (int step = 0; step < flows.expirySteps() && !stopping && flows.isPressed(); step++) {
            expire(1);
            reclaimed.addAndGet(flows.reclaimNext(clockMs.getAsLong(), limits, what));
        }
    }

    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
