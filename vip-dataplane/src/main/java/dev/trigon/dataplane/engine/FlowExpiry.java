package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes flows that were idle for too long, a piece of the table at a time, all of it every few seconds. */
final class FlowExpiry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowExpiry.class);
    private static final long CYCLE_MS = 5_000;

    private final FlowTable flows;
    private final FlowTimeouts timeouts;
    private final LongSupplier clockMs;
    private final Thread thread = new Thread(this::run, "flow-expiry");
    private volatile boolean stopping;

    private FlowExpiry(FlowTable flows, FlowTimeouts timeouts, LongSupplier clockMs) {
        this.flows = flows;
        this.timeouts = timeouts;
        this.clockMs = clockMs;
    }

    static FlowExpiry start(FlowTable flows, FlowTimeouts timeouts, LongSupplier clockMs) {
        FlowExpiry expiry = new FlowExpiry(flows, timeouts, clockMs);
        expiry.thread.setDaemon(true);
        expiry.thread.start();
        return expiry;
    }

    private void run() {
        // a nap of a few milliseconds costs little; shorter ones would wake the processor for nothing
        int stepsPerNap = Math.max(1, (int) (flows.expirySteps() * 10L / CYCLE_MS));
        long napNs = TimeUnit.MILLISECONDS.toNanos(CYCLE_MS) * stepsPerNap / Math.max(1, flows.expirySteps());
        while (!stopping) {
            expire(stepsPerNap);
            LockSupport.parkNanos(napNs);
        }
    }

    private void expire(int steps) {
        try {
            for (int i = 0; i < steps && !stopping; i++) {
                flows.expireNext(clockMs.getAsLong(), timeouts);
            }
        } catch (RuntimeException e) {
            LOG.error("removing idle flows; it goes on in {} ms", CYCLE_MS, e);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(CYCLE_MS));
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
