package dev.trigon.dataplane.service;

import dev.trigon.dataplane.balance.Maglev;
import dev.trigon.dataplane.balance.Scheduler;
import dev.trigon.dataplane.balance.WeightedRoundRobin;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What is balanced, as the packet path uses it. */
public final class Service {
    private final ServiceSpec spec;
    private final boolean layer3;
    private final Backend[] backends;
    private final Scheduler scheduler;

    /**
     * Prepares a service.
     *
     * @param before the service of that name in the table in force, if any: a scheduler whose backends are the same goes
     *     on where it was
     */
    Service(
            ServiceSpec spec,
            @Nullable Service before,
            Function<InetAddress, NextHopSlot> hops,
            IntFunction<BackendMeter> meters) {
        this.spec = spec;
        this.layer3 = spec.forward() == ForwardMode.L3DSR;
        this.backends = spec.backends().stream()
                .map(b -> new Backend(b, this, hops.apply(b.address()), meters.apply(b.id())))
                .toArray(Backend[]::new);
        this.scheduler = before != null && before.choosesAs(spec) ? before.scheduler : schedulerFor(spec, backends);
    }

    private boolean choosesAs(ServiceSpec other) {
        return spec.scheduler() == other.scheduler() && spec.backends().equals(other.backends());
    }

    private static Scheduler schedulerFor(ServiceSpec spec, Backend[] backends) {
        List<BackendSpec> specs = spec.backends();
        int[] weights = specs.stream().mapToInt(BackendSpec::weight).toArray();
        return switch (spec.scheduler()) {
            case WRR -> WeightedRoundRobin.of(weights);
            case MAGLEV -> {
                long[] high =
                        Arrays.stream(backends).mapToLong(Backend::addressHigh).toArray();
                long[] low =
                        Arrays.stream(backends).mapToLong(Backend::addressLow).toArray();
                yield Maglev.of(high, low, weights);
            }
        };
    }

    public ServiceSpec spec() {
        return spec;
    }

    /** Whether its backends are reached by address (l3dsr) and not by MAC alone (l2dsr). */
    public boolean isLayer3() {
        return layer3;
    }

    public int dscp() {
        return spec.dscp();
    }

    public Scheduler scheduler() {
        return scheduler;
    }

    /** The backend for a new flow, or null when none is to be had. */
    public @Nullable Backend choose(long flowHash) {
        return at(scheduler.choose(flowHash));
    }

    /** What {@link #choose} would answer now. */
    public @Nullable Backend peek(long flowHash) {
        return at(scheduler.peek(flowHash));
    }

    private @Nullable Backend at(int place) {
        return place == Scheduler.NO_BACKEND ? null : backends[place];
    }

    List<Backend> backends() {
        return List.of(backends);
    }
}
