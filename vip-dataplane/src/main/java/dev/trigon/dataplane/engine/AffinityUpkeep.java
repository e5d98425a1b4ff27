package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.dataplane.service.AffinityScope;
import dev.trigon.dataplane.service.Service;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Vip;
import dev.trigon.dataplane.upkeep.Caretaker;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a client's affinity count from its last flow. A worker remembers a client when it places a flow; that the flow goes on
 * is seen here, by a look at every flow four times within the shortest affinity there is, and every 20 s at least: sooner than a worker that placed a
 * client by hash goes back to its scheduler. And
 * clients whose time is over are forgotten, a piece of their table at a time.
 *
 * <p>A flow that was closed counts up to when it was. Any other counts until now; where the affinity is so short that it
 * could end before the next look, until then.
 *
 * <p>Before services are in force nobody knows which flows keep a client, so nothing is done: a client whose time ended
 * while vipd was down may have flows that go on.
 */
final class AffinityUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AffinityUpkeep.class);
    private static final long SHORTEST_PERIOD_MS = 5_000;
    private static final long LONGEST_PERIOD_MS = 20_000;
    private static final int LOOKS = 4;
    /** How many ticks it takes to go through the clients once; and when their table is nearly full. */
    private static final int TICKS = 60;

    private static final int PRESSED_TICKS = 10;
    /** Affinities come and go with the services, so the period is looked up anew. */
    private static final long TICK_NS = TimeUnit.SECONDS.toNanos(1);

    private final FlowTable flows;
    private final FlowTable clients;
    private final Affinities affinities;
    private final Supplier<ServiceTable> services;
    private final LongSupplier clockMs;
    private final FlowKey client = new FlowKey();
    private final Caretaker caretaker = new Caretaker("affinity-upkeep", this::run);
    private long lastLookMs = Long.MIN_VALUE;

    AffinityUpkeep(FlowTable flows, FlowTable clients, Supplier<ServiceTable> services, LongSupplier clockMs) {
        this.flows = flows;
        this.clients = clients;
        this.affinities = new Affinities(clients);
        this.services = services;
        this.clockMs = clockMs;
    }

    /** Another call changes nothing, nor one after {@link #close}. */
    void start() {
        caretaker.start();
    }

    private void run() {
        while (!caretaker.isClosing()) {
            try {
                tend();
            } catch (RuntimeException e) {
                LOG.error("keeping up clients' affinity; it goes on", e);
            }
            caretaker.nap(TICK_NS);
        }
    }

    /** Does what is due. Answers whether it looked at the flows. */
    boolean tend() {
        boolean looked = look(services.get());
        if (lastLookMs != Long.MIN_VALUE) {
            expire();
        }
        return looked;
    }

    private boolean look(ServiceTable table) {
        long nowMs = clockMs.getAsLong();
        long periodMs = periodMs(table);
        if (table.services().isEmpty() || (lastLookMs != Long.MIN_VALUE && nowMs - lastLookMs < periodMs)) {
            return false;
        }
        lastLookMs = nowMs;
        if (shortestAffinityMs(table) != Long.MAX_VALUE) {
            flows.forEach(flow -> extend(table, flow, nowMs, periodMs));
        }
        return true;
    }

    private void expire() {
        if (clients.size() == 0) {
            // a table that nobody uses takes no memory as long as nobody looks into it
            return;
        }
        int ticks = clients.isPressed() ? PRESSED_TICKS : TICKS;
        int steps = (affinities.expirySteps() + ticks - 1) / ticks;
        for (int step = 0; step < steps && !caretaker.isClosing(); step++) {
            affinities.expireNext(clockMs.getAsLong());
        }
    }

    private static long periodMs(ServiceTable table) {
        return Math.max(SHORTEST_PERIOD_MS, Math.min(LONGEST_PERIOD_MS, shortestAffinityMs(table) / LOOKS));
    }

    private static long shortestAffinityMs(ServiceTable table) {
        return table.services().stream()
                .map(Service::affinity)
                .filter(Objects::nonNull)
                .mapToLong(AffinityScope::timeMs)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private void extend(ServiceTable table, FlowRecord flow, long nowMs, long periodMs) {
        FlowKey key = flow.key();
        AffinityScope scope = scopeOf(table, key);
        if (scope == null) {
            return;
        }
        long untilMs = hasEnded(flow) ? flow.lastSeenMs() : nowMs + aheadMs(scope, periodMs);
        if (nowMs - untilMs < scope.timeMs()) {
            scope.keyOf(key.clientHigh(), key.clientLow(), client);
            affinities.extend(client, flow.backendId(), scope.timeMs(), untilMs);
        }
    }

    private static @Nullable AffinityScope scopeOf(ServiceTable table, FlowKey key) {
        Vip vip = table.vip(key.vipHigh(), key.vipLow());
        Service service = vip == null ? null : vip.service(key.protocol(), key.vipPort());
        return service == null ? null : service.affinity();
    }

    private static boolean hasEnded(FlowRecord flow) {
        return flow.state() == FlowState.CLOSING || flow.state() == FlowState.CLOSED;
    }

    private static long aheadMs(AffinityScope scope, long periodMs) {
        return scope.timeMs() < LOOKS * periodMs ? periodMs : 0;
    }

    /** Harmless where it never started. */
    @Override
    public void close() {
        caretaker.close();
    }
}
