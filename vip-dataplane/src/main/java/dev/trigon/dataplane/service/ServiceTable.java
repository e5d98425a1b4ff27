package dev.trigon.dataplane.service;

import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.balance.Load;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.wire.IpAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that is balanced, at one moment. Immutable: a change makes a new one, and one reference write puts it in force.
 *
 * <p>VIPs and backend ids are found in open-addressed tables, at most half full, so that a look-up ends after a step or
 * two and an empty place ends it.
 */
public final class ServiceTable {
    public static final ServiceTable EMPTY = compile(
            Configured.NOTHING,
            null,
            new Surroundings(
                    address -> new NextHopSlot(),
                    1,
                    Set.of(),
                    FlowTimeouts.DEFAULT,
                    id -> Condition.WELL,
                    id -> () -> 0));

    /** 2^64 over the golden ratio. */
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final long version;
    private final Map<String, Service> byName;
    private final List<Vip> vips;
    private final @Nullable Vip[] vipAt;
    private final @Nullable Backend[] backendAt;

    private ServiceTable(
            long version, Map<String, Service> byName, List<Backend> formerBackends, Set<InetAddress> ownAddresses) {
        this.version = version;
        this.byName = byName;
        Map<InetAddress, List<Service>> byVip = byName.values().stream()
                .collect(Collectors.groupingBy(s -> s.spec().vip(), LinkedHashMap::new, Collectors.toList()));
        this.vips = byVip.entrySet().stream()
                .map(vip -> new Vip(vip.getKey(), ownAddresses.contains(vip.getKey()), vip.getValue()))
                .toList();
        this.vipAt = new Vip[tableSize(vips.size())];
        vips.forEach(this::placeVip);
        List<Backend> backends = new ArrayList<>(formerBackends);
        byName.values().forEach(service -> backends.addAll(service.backends()));
        this.backendAt = new Backend[tableSize(backends.size())];
        backends.forEach(this::placeBackend);
    }

    /**
     * Builds a table.
     *
     * @param before the one in force, whose schedulers and meters go on; null at the start
     */
    public static ServiceTable compile(Configured configured, @Nullable ServiceTable before, Surroundings around) {
        IntFunction<BackendMeter> meters = id -> {
            Backend known = before == null ? null : before.backend(id);
            return known == null
                    ? new BackendMeter(around.workers(), new Load(around.flows().apply(id)))
                    : known.meter();
        };
        Map<String, Service> services = new LinkedHashMap<>();
        Map<InetAddress, Service> byVip = new HashMap<>();
        TableSizes tableSizes = TableSizes.of(configured.services());
        for (ServiceSpec spec : configured.services()) {
            Service known = before == null ? null : before.byName.get(spec.name());
            Service service = new Service(spec, tableSizes.slots(spec), known, around, meters);
            services.put(spec.name(), service);
            byVip.putIfAbsent(spec.vip(), service);
        }
        List<Backend> former = new ArrayList<>();
        for (FormerBackend one : configured.former()) {
            Service sameVip = services.get(one.service());
            if (sameVip == null || !sameVip.spec().vip().equals(one.vip())) {
                sameVip = byVip.get(one.vip());
            }
            if (sameVip != null) {
                former.add(new Backend(one, sameVip, around.hops().apply(one.address()), meters.apply(one.id())));
            }
        }
        return new ServiceTable(before == null ? 0 : before.version + 1, services, former, around.ownAddresses());
    }

    private static int tableSize(int entries) {
        return Integer.highestOneBit(Math.max(1, entries)) << 2;
    }

    private void placeVip(Vip vip) {
        int at = home(vip.high(), vip.low(), vipAt.length);
        while (vipAt[at] != null) {
            at = next(at, vipAt.length);
        }
        vipAt[at] = vip;
    }

    private void placeBackend(Backend backend) {
        int at = home(backend.id(), backendAt.length);
        while (backendAt[at] != null) {
            at = next(at, backendAt.length);
        }
        backendAt[at] = backend;
    }

    /** Fibonacci hashing: the high bits of a product with 2^32 over the golden ratio. */
    private static int home(int key, int size) {
        return (key * 0x9E37_79B9) >>> (Integer.numberOfLeadingZeros(size) + 1);
    }

    private static int home(long high, long low, int size) {
        return (int) (((high * GOLDEN ^ low) * GOLDEN) >>> (Long.numberOfLeadingZeros(size) + 1));
    }

    private static int next(int at, int size) {
        return (at + 1) & (size - 1);
    }

    /** Grows by one with each change. */
    public long version() {
        return version;
    }

    /** In the order of the services file. */
    public Collection<Service> services() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** Every VIP once, in the order of the services. */
    public List<Vip> allVips() {
        return vips;
    }

    public boolean isVip(long high, long low) {
        return vip(high, low) != null;
    }

    /** The VIP of this address ({@link IpAddress}), or null where it is none. */
    public @Nullable Vip vip(long high, long low) {
        int at = home(high, low, vipAt.length);
        Vip found = vipAt[at];
        while (found != null && !found.is(high, low)) {
            at = next(at, vipAt.length);
            found = vipAt[at];
        }
        return found;
    }

    /**
     * The backend that goes on with what was given to the one with this id, in the service that it belongs to now; null:
     * nobody does, since it is unknown, disabled or forced out.
     */
    public @Nullable Backend keeper(int id, Service service) {
        Backend known = backend(id);
        if (known == null) {
            return null;
        }
        Backend heir = service.heirOf(known);
        return heir.keepsFlows() ? heir : null;
    }

    /** The backend with this id, configured or former, or null. */
    public @Nullable Backend backend(int id) {
        int at = home(id, backendAt.length);
        Backend found = backendAt[at];
        while (found != null && found.id() != id) {
            at = next(at, backendAt.length);
            found = backendAt[at];
        }
        return found;
    }
}
