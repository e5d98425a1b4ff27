package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static dev.trigon.dataplane.service.TimeoutOverrides.NONE;

import dev.trigon.dataplane.service.Affinity;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.WhenDown;
import dev.trigon.dataplane.wire.Octets;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the gateway serves while it is fuzzed: VIPs of both families and both modes, and one that is its own. */
final class ForwarderServices {
    static final List<String> SERVERS =
            List.of("10.2.0.11", "10.2.0.12", "10.2.0.13", "2001:db8:2::b", "2001:db8:2::c", "2001:db8:2::d");

    private static final Duration TIME = Duration.ofMinutes(10);
    private static final Affinity GROUP = new Affinity(TIME, 32, 128, "shop");
    private static final List<String> VIPS4 = List.of("203.0.113.10", "203.0.113.20", "203.0.113.30");
    private static final List<String> VIPS6 = List.of("2001:db8:f::10", "2001:db8:f::20");

    static final int DSCP4 = 7;
    static final int DSCP6 = 9;

    private ForwarderServices() {}

    static byte[] vip(boolean v6, int which) {
        List<String> vips = v6 ? VIPS6 : VIPS4;
        return Octets.address(vips.get(which % vips.size()));
    }

    /** Everything. */
    static ServiceTable all(Rig rig) {
        rig.ownAddresses = Set.of(Specs.address("203.0.113.30"));
        PortRange dns = new PortRange(53, 53);
        PortRange any = new PortRange(1, 65_535);
        return rig.serve(
                        four(service("web")),
                        four(service("dns").udp().ports(dns).maglev()),
                        service("none").ports(new PortRange(81, 81)),
                        four(service("far").vip("203.0.113.20").l3dsr(DSCP4).maglev()),
                        four(service("far-dns")
                                .vip("203.0.113.20")
                                .l3dsr(DSCP4)
                                .udp()
                                .ports(any)),
                        four(service("own").vip("203.0.113.30")),
                        six(service("web6").vip("2001:db8:f::10").maglev()),
                        six(service("dns6").vip("2001:db8:f::10").udp().ports(dns)),
                        six(service("far6").vip("2001:db8:f::20").l3dsr(DSCP6)),
                        six(service("far-dns6")
                                .vip("2001:db8:f::20")
                                .l3dsr(DSCP6)
                                .udp()
                                .ports(any)
                                .maglev()))
                .table;
    }

    /**
     * Services have gone and others came; backends are up, drain, are disabled, or are configured no more. Clients stay with
     * their server, of one service or of a group; datagrams are placed one by one; connections are reset, or move.
     */
    static ServiceTable changed(Rig rig) {
        PortRange dns = new PortRange(53, 53);
        List<Specs> services = List.of(
                service("web")
                        .backend(id("web", 0), SERVERS.get(0), 1, BackendState.DISABLED)
                        .backend(id("web", 1), SERVERS.get(1), 1),
                four(service("dns").udp().ports(dns).maglev()).flows(new FlowPolicy(NONE, null, true, WhenDown.RESET)),
                service("far")
                        .vip("203.0.113.20")
                        .l3dsr(DSCP4)
                        .maglev()
                        .flows(new FlowPolicy(NONE, null, false, WhenDown.MOVE))
                        .backend(id("far", 0), SERVERS.get(0), 1, BackendState.DRAINING)
                        .backend(id("far", 1), SERVERS.get(1), 1, BackendState.DISABLED)
                        .backend(id("far", 2), SERVERS.get(2), 1),
                service("web6")
                        .vip("2001:db8:f::10")
                        .affinity(new Affinity(TIME, 24, 64, null))
                        .backend(id("web6", 0), SERVERS.get(3), 1)
                        .backend(id("web6", 1), SERVERS.get(4), 1, BackendState.DISABLED)
                        .backend(id("web6", 2), SERVERS.get(5), 1),
                service("far6")
                        .vip("2001:db8:f::20")
                        .l3dsr(DSCP6)
                        .affinity(GROUP)
                        .backend(id("far6", 1), SERVERS.get(4), 0)
                        .backend(id("far6", 3), SERVERS.get(5), 1),
                six(service("dns6").vip("2001:db8:f::10").udp().ports(dns).affinity(GROUP)));
        List<FormerBackend> former = List.of(
                former("far6", 0, 3, "2001:db8:f::20", true),
                // its server is back under another id
                former("far6", 2, 5, "2001:db8:f::20", true),
                // forced out
                former("web", 2, 2, "203.0.113.10", false));
        return rig.serve(new Configured(services.stream().map(Specs::spec).toList(), former)).table;
    }

    private static FormerBackend former(String service, int which, int server, String vip, boolean drains) {
        return new FormerBackend(
                id(service, which),
                service,
                "was" + which,
                Specs.address(SERVERS.get(server)),
                Specs.address(vip),
                Protocol.TCP,
                drains);
    }

    private static Specs four(Specs specs) {
        return backends(specs, 0);
    }

    private static Specs six(Specs specs) {
        return backends(specs, 3);
    }

    private static Specs backends(Specs specs, int first) {
        for (int i = 0; i < 3; i++) {
            specs.backend(id(specs.spec().name(), i), SERVERS.get(first + i), 1 + i % 2);
        }
        return specs;
    }

    private static int id(String service, int backend) {
        return 4 * (service.hashCode() & 0xFFFF) + backend;
    }
}
