package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.IdleLimits;
import dev.trigon.conntrack.Pressure;
import dev.trigon.conntrack.Reclaim;
import dev.trigon.dataplane.upkeep.Caretaker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes flows that were idle for too long, a piece of the table at a time, all of it every few seconds. When the table is
 * nearly full, and has been for so long that it tells live flows from dead ones ({@link Pressure}), it makes room: at once
 * and again, as long as that yields much. Where it yields little the table is full of flows in use, and time alone changes
 * that; a walk through all of them for each that ends would only be in the way.
 */
final class FlowExpiry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowExpiry.class);
    private static final long CYCLE_MS = 5_000;
    private static final long IDLE_NAP_NS = 250_000_000;
    private static final long SHORTEST_REST_MS = 1_000;
    private static final long LONGEST_REST_MS = 5_000;
    /** A rest for so many times what the walk took: a large table's walks take a tenth of a processor, and no more. */
    private static final long RESTS = 9;

    private final FlowTable flows;
    private final IdleLimits limits;
    private final LongSupplier clockMs;
    private final Pressure pressure = new Pressure();
    private final int stepsPerNap;
    private final AtomicLong reclaimed = new AtomicLong();
    private final Caretaker caretaker = new Caretaker("flow-expiry", this::run);
    private long restUntilMs = Long.MIN_VALUE;

    FlowExpiry(FlowTable flows, IdleLimits limits, LongSupplier clockMs) {
        this.flows = flows;
        this.limits = limits;
        this.clockMs = clockMs;
        // a nap of a few milliseconds costs little; shorter ones would wake the processor for nothing
        this.stepsPerNap = Math.max(1, (int) (flows.expirySteps() * 10L / CYCLE_MS));
    }

    /** To be called when the flows' timeouts are known: when services are in force. Another call changes nothing, nor one after {@link #close}. */
    void start() {
        caretaker.start();
    }

    /** Flows that had to make room before their time, since the start. */
    long reclaimed() {
        return reclaimed.get();
    }

    private void run() {
        long napNs = TimeUnit.MILLISECONDS.toNanos(CYCLE_MS) * stepsPerNap / flows.expirySteps();
        while (!caretaker.isClosing()) {
            try {
                turn();
                // who has nothing to look after sleeps longer, so that an idle vipd is idle
                caretaker.nap(flows.size() == 0 ? IDLE_NAP_NS : napNs);
            } catch (RuntimeException e) {
                LOG.error("removing idle flows; it goes on in {} ms", CYCLE_MS, e);
                caretaker.nap(TimeUnit.MILLISECONDS.toNanos(CYCLE_MS));
            }
        }
    }

    /** Does what is due before the next nap. */
    void turn() {
        if (mayReclaim() && clockMs.getAsLong() >= restUntilMs) {
            makeRoom();
        } else {
            expire(stepsPerNap);
        }
    }

    private boolean mayReclaim() {
        return pressure.hasSettled(flows.isPressed(), clockMs.getAsLong());
    }

    private void expire(int steps) {
        for (int i = 0; i < steps && flows.size() > 0 && !caretaker.isClosing(); i++) {
            flows.expireNext(clockMs.getAsLong(), limits);
        }
    }

    /** What can be spared least goes only where the rest of a whole round was not enough. */
    private void makeRoom() {
        long beganMs = clockMs.getAsLong();
        long before = reclaimed.get();
        int steps = 0;
        for (Reclaim what : Reclaim.values()) {
            steps += round(what);
        }
        long nowMs = clockMs.getAsLong();
        if (flows.isPressed() || reclaimed.get() - before < steps) {
            long restMs = RESTS * (nowMs - beganMs);
            restUntilMs = nowMs + Math.max(SHORTEST_REST_MS, Math.min(LONGEST_REST_MS, restMs));
        }
    }

    /** Answers how many pieces of the table it looked at. */
    private int round(Reclaim what) {
        int steps = 0;
        while (steps < flows.expirySteps() && !caretaker.isClosing() && mayReclaim()) {
            expire(1);
            reclaimed.addAndGet(flows.reclaimNext(clockMs.getAsLong(), limits, what));
            steps++;
        }
        return steps;
    }

    /** Harmless where it never started. */
    @Override
    public void close() {
        caretaker.close();
    }
}
