package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rates, from what vipd has counted at two moments. The first moment has none. */
final class TopRates {
    private static final double NS_PER_SECOND = 1e9;
    private static final int BITS_PER_OCTET = 8;

    private Map<Server, BackendView> before = Map.of();
    private long beforeNs;

    /** A former backend may have the name of another, and never its address besides. */
    private record Server(String service, String name, String address) {}

    /** @return each service before its backends, both in vipd's order */
    List<TopRow> next(List<BackendView> backends, long nowNs) {
        double seconds = (nowNs - beforeNs) / NS_PER_SECOND;
        Map<Server, BackendView> now = new HashMap<>();
        Map<String, List<TopRow>> services = new LinkedHashMap<>();
        for (BackendView backend : backends) {
            Server server = new Server(backend.service(), backend.name(), backend.address());
            now.put(server, backend);
            services.computeIfAbsent(backend.service(), name -> new ArrayList<>())
                    .add(row(backend, before.get(server), seconds));
        }
        before = now;
        beforeNs = nowNs;
        List<TopRow> rows = new ArrayList<>();
        services.forEach((name, members) -> {
            rows.add(sum(name, members));
            rows.addAll(members);
        });
        return rows;
    }

    /** One that is new has been given nothing yet; another vipd counts from nothing. */
    private static TopRow row(BackendView backend, @Nullable BackendView earlier, double seconds) {
        long packets = earlier == null ? 0 : Math.max(0, backend.packets() - earlier.packets());
        long octets = earlier == null ? 0 : Math.max(0, backend.bytes() - earlier.bytes());
        return new TopRow(
                backend.service(),
                backend.name(),
                backend.state(),
                packets / seconds,
                octets * BITS_PER_OCTET / seconds,
                backend.activeFlows());
    }

    private static TopRow sum(String service, List<TopRow> members) {
        return new TopRow(
                service,
                "",
                "",
                members.stream().mapToDouble(TopRow::packetsPerSecond).sum(),
                members.stream().mapToDouble(TopRow::bitsPerSecond).sum(),
                members.stream().mapToLong(TopRow::activeFlows).sum());
    }
}
