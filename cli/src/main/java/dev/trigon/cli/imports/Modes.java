package dev.trigon.cli.imports;

import dev.trigon.cli.imports.RealServer.Method;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How each VIP is forwarded. A server of LVS has a method of its own; here a VIP has one mode, in all its services. */
final class Modes {
    static final String L2DSR = "l2dsr";
    static final String L3DSR = "l3dsr";
    /** A DSCP code has six bits, and 0 is what every packet has. */
    private static final int MAX_L3DSR_VIPS = 63;

    private final Report report;
    private final Map<InetAddress, String> modes = new HashMap<>();
    private final Set<InetAddress> coded = new HashSet<>();

    private Modes(Report report) {
        this.report = report;
    }

    static Modes of(List<VirtualServer> servers, Report report) {
        Map<InetAddress, List<RealServer>> behind = new LinkedHashMap<>();
        for (VirtualServer server : servers) {
            behind.computeIfAbsent(server.listener().vip(), vip -> new ArrayList<>())
                    .addAll(server.servers());
        }
        Modes modes = new Modes(report);
        behind.forEach(modes::choose);
        return modes;
    }

    private void choose(InetAddress vip, List<RealServer> servers) {
        Optional<RealServer> tunnelled =
                servers.stream().filter(it -> it.method() == Method.TUNNEL).findFirst();
        modes.put(vip, tunnelled.isPresent() ? L3DSR : L2DSR);
        if (tunnelled.isEmpty()) {
            return;
        }
        if (coded.size() < MAX_L3DSR_VIPS) {
            coded.add(vip);
        }
        servers.stream()
                .filter(it -> it.method() != Method.TUNNEL)
                .findFirst()
                .ifPresent(other -> report.lost(
                        other.line(),
                        "VIP " + Address.format(vip)
                                + " has servers with a tunnel and without, and a VIP has one mode: all are"
                                + " written as l3dsr, which reaches both",
                        "run vip-agent with --forward l3dsr on all of them"));
    }

    /** Empty for a VIP that has no code left for it. */
    Optional<String> of(VirtualServer server) {
        InetAddress vip = server.listener().vip();
        String mode = modes.getOrDefault(vip, L2DSR);
        if (mode.equals(L3DSR) && !coded.contains(vip)) {
            report.lost(
                    server.line(),
                    "a gateway has 63 VIPs in l3dsr, and the file has them already: left out",
                    "put its servers on a segment of the gateway and add it as l2dsr, or use another gateway");
            return Optional.empty();
        }
        return Optional.of(mode);
    }
}
