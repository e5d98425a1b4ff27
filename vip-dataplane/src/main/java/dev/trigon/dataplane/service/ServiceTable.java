package dev.trigon.dataplane.service;

import dev.trigon.dataplane.nexthop.NextHopSlot;
import java.net.Inet4Address;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
    public static final ServiceTable EMPTY = compile(List.of(), null, address -> new NextHopSlot(), 1);

    private final long version;
    private final Map<String, Service> byName;
    private final int[] vips;
    private final int[] vipAt;
    private final @Nullable VipPorts[] tcp;
    private final @Nullable VipPorts[] udp;
    private final @Nullable Backend[] backendAt;

    private ServiceTable(long version, Map<String, Service> byName) {
        this.version = version;
        this.byName = byName;
        Map<Integer, List<Service>> byVip = byName.values().stream()
                .collect(Collectors.groupingBy(
                        s -> Ipv4.toInt(s.spec().vip()), LinkedHashMap::new, Collectors.toList()));
        this.vips = byVip.keySet().stream().mapToInt(Integer::intValue).toArray();
        this.vipAt = new int[tableSize(vips.length)];
        this.tcp = new VipPorts[vipAt.length];
        this.udp = new VipPorts[vipAt.length];
        byVip.forEach(this::placeVip);
        List<Backend> backends =
                byName.values().stream().flatMap(s -> s.backends().stream()).toList();
        this.backendAt = new Backend[tableSize(backends.size())];
        backends.forEach(this::placeBackend);
    }

    /**
     * Builds a table.
     *
     * @param before the one in force, whose schedulers and meters go on; null at the start
     * @param hops the next hop to an address, the same slot each time
     */
    public static ServiceTable compile(
            List<ServiceSpec> specs,
            @Nullable ServiceTable before,
            Function<Inet4Address, NextHopSlot> hops,
            int workers) {
        IntFunction<BackendMeter> meters = id -> {
            Backend known = before == null ? null : before.backend(id);
            return known == null ? new BackendMeter(workers) : known.meter();
        };
        Map<String, Service> services = new LinkedHashMap<>();
        for (ServiceSpec spec : specs) {
            Service known = before == null ? null : before.byName.get(spec.name());
            services.put(spec.name(), new Service(spec, known, hops, meters));
        }
        return new ServiceTable(before == null ? 0 : before.version + 1, services);
    }

    private static int tableSize(int entries) {
        return Integer.highestOneBit(Math.max(1, entries)) << 2;
    }

    private void placeVip(int vip, List<Service> services) {
        int at = home(vip, vipAt.length);
        while (tcp[at] != null) {
            at = next(at, vipAt.length);
        }
        vipAt[at] = vip;
        Map<Protocol, List<Service>> byProtocol = new HashMap<>(
                services.stream().collect(Collectors.groupingBy(s -> s.spec().protocol())));
        tcp[at] = VipPorts.of(byProtocol.getOrDefault(Protocol.TCP, List.of()));
        udp[at] = VipPorts.of(byProtocol.getOrDefault(Protocol.UDP, List.of()));
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

    private static int next(int at, int size) {
        return (at + 1) & (size - 1);
    }

    /** Grows by one with each change. */
    public long version() {
        return version;
    }

    /** Every VIP once. */
    public int[] vips() {
        return vips.clone();
    }

    public boolean isVip(int address) {
        return vipPlace(address) >= 0;
    }

    /** The service for a packet to a VIP, or null. */
    public @Nullable Service match(int vip, int protocol, int port) {
        int at = vipPlace(vip);
        if (at < 0) {
            return null;
        }
        VipPorts ports = protocol == Protocol.TCP.number() ? tcp[at] : udp[at];
        return ports == null ? null : ports.at(port);
    }

    private int vipPlace(int address) {
        int at = home(address, vipAt.length);
        while (tcp[at] != null) {
            if (vipAt[at] == address) {
                return at;
            }
            at = next(at, vipAt.length);
        }
        return -1;
    }

    /** The backend with this id, or null if it is configured no more. */
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
