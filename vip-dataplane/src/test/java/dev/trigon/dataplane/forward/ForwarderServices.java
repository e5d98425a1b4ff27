package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;

import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.Octets;
import java.util.List;
import java.util.Set;

/** What the gateway serves while it is fuzzed: VIPs of both families and both modes, and one that is its own. */
final class ForwarderServices {
    static final List<String> SERVERS =
            List.of("10.2.0.11", "10.2.0.12", "10.2.0.13", "2001:db8:2::b", "2001:db8:2::c", "2001:db8:2::d");

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

    /** Services have gone, and backends of those that have not. */
    static ServiceTable fewer(Rig rig) {
        return rig.serve(
                        service("web").backend(id("web", 1), "10.2.0.12", 1),
                        service("far").vip("203.0.113.20").l3dsr(DSCP4).maglev().backend(id("far", 0), "10.2.0.11", 0),
                        six(service("web6").vip("2001:db8:f::10").maglev()))
                .table;
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
