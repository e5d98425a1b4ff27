package dev.trigon.dataplane.service;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.balance.LeastConnections;
import dev.trigon.dataplane.balance.Load;
import dev.trigon.dataplane.balance.Maglev;
import dev.trigon.dataplane.balance.PowerOfTwo;
import dev.trigon.dataplane.balance.Scatter;
import dev.trigon.dataplane.balance.Scheduler;
import dev.trigon.dataplane.balance.WeightedRoundRobin;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What is balanced, as the packet path uses it. */
public final class Service {
    private final ServiceSpec spec;
    private final Backend[] backends;
    private final Standing standing;
    private final BackendsByAddress byAddress;
    private final Scheduler scheduler;
    /** Says the same for the same hash, whatever the scheduler does. */
    private final Scheduler hashing;

    private final int tableSize;
    /** What a hash is of: a client, or a flow. */
    private final boolean byClient;

    private final FlowTimeouts timeouts;
    private final @Nullable AffinityScope affinity;

    /**
     * Prepares a service.
     *
     * @param tableSize how many slots its hash table has
     * @param before the service of that name in the table in force, if any: a scheduler whose backends are the same goes
     *     on where it was
     */
    Service(
            ServiceSpec spec,
            int tableSize,
            @Nullable Service before,
            Surroundings around,
            IntFunction<BackendMeter> meters) {
        this.spec = spec;
        this.tableSize = tableSize;
        this.timeouts = spec.flows().timeouts().over(around.timeouts());
        this.standing = Standing.of(spec, around.conditions());
        this.backends = new Backend[spec.backends().size()];
        for (int i = 0; i < backends.length; i++) {
            BackendSpec backend = spec.backends().get(i);
            backends[i] = new Backend(
                    backend,
                    this,
                    standing.takesNewFlows(i),
                    standing.keepsFlows(i),
                    around.hops().apply(backend.address()),
                    meters.apply(backend.id()));
        }
        this.byAddress = new BackendsByAddress(backends);
        if (before != null && before.choosesAs(this)) {
            this.scheduler = before.scheduler;
            this.hashing = before.hashing;
        } else {
            this.hashing = Maglev.of(high(backends), low(backends), standing.weights(), tableSize);
            this.scheduler = scheduler(before == null ? null : before.scheduler);
        }
        this.byClient = spec.scheduler().isByClient();
        this.affinity = AffinityScope.of(spec);
    }

    private boolean choosesAs(Service other) {
        return spec.scheduler() == other.spec.scheduler()
                && spec.backends().equals(other.spec.backends())
                && standing.weighsAs(other.standing)
                && tableSize == other.tableSize;
    }

    private Scheduler scheduler(@Nullable Scheduler before) {
        int[] weights = standing.weights();
        return switch (spec.scheduler()) {
            case RR, WRR -> WeightedRoundRobin.of(weights, before);
            case LC, WLC -> LeastConnections.of(loads(backends), weights);
            case P2C -> PowerOfTwo.of(loads(backends), weights);
            case SH, MAGLEV -> hashing;
        };
    }

    private static Load[] loads(Backend[] backends) {
        return Arrays.stream(backends).map(b -> b.meter().load()).toArray(Load[]::new);
    }

    private static long[] high(Backend[] backends) {
        return Arrays.stream(backends).mapToLong(Backend::addressHigh).toArray();
    }

    private static long[] low(Backend[] backends) {
        return Arrays.stream(backends).mapToLong(Backend::addressLow).toArray();
    }

    public ServiceSpec spec() {
        return spec;
    }

    public Scheduler scheduler() {
        return scheduler;
    }

    /** How long its flows may be idle. */
    public FlowTimeouts timeouts() {
        return timeouts;
    }

    /** Null: each flow is placed by itself. */
    public @Nullable AffinityScope affinity() {
        return affinity;
    }

    public boolean isOnePacket() {
        return spec.flows().onePacket();
    }

    /** Whether a client is told at once that its connection's backend is gone. */
    public boolean resetsWhenDown() {
        return spec.flows().whenDown() == WhenDown.RESET;
    }

    /**
     * The backend for a new flow that will be remembered, or null when none is to be had.
     *
     * @param flow or the key of its client, where the service has an affinity
     */
    public @Nullable Backend choose(FlowKey flow) {
        return at(scheduler.choose(hash(flow)));
    }

    /** What {@link #choose} would answer now. */
    public @Nullable Backend peek(FlowKey flow) {
        return at(scheduler.peek(hash(flow)));
    }

    /** The backend for a flow that is not remembered: the same for all its packets, as long as the backends are the same. */
    public @Nullable Backend chooseByHash(FlowKey flow) {
        return at(hashing.choose(hash(flow)));
    }

    private long hash(FlowKey flow) {
        return byClient ? Scatter.mix(Scatter.fold(flow.clientHigh(), flow.clientLow())) : flow.hash();
    }

    private @Nullable Backend at(int place) {
        return place == Scheduler.NO_BACKEND ? null : backends[place];
    }

    /**
     * Where a flow of this service goes that was given to a backend before. That backend, as a rule. Where the service has
     * changed since, its backend at the same address. And the backend that was, where the service has none there any more:
     * a server keeps its flows until it is said to be gone, which is for the caller to see.
     */
    public Backend heirOf(Backend known) {
        if (known.service() == this) {
            return known;
        }
        Backend heir = byAddress.atAddressOf(known);
        return heir == null ? known : heir;
    }

    List<Backend> backends() {
        return List.of(backends);
    }
}
