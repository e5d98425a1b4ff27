package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.TestFrame;

/** Both modes in both families, each with a VIP of its own. */
enum Mode {
    L2DSR("203.0.113.10", "10.2.0.11"),
    L2DSR_IPV6("2001:db8:f::10", "2001:db8:2::11"),
    L3DSR("203.0.113.20", "10.2.0.11"),
    L3DSR_IPV6("2001:db8:f::20", "2001:db8:2::11");

    static final int DSCP = 5;
    static final int DNS = 53;

    final String vip;
    final String server;
    final String client;
    final String router;
    final boolean v6;
    final boolean layer3;

    Mode(String vip, String server) {
        this.vip = vip;
        this.server = server;
        this.v6 = vip.contains(":");
        this.layer3 = name().startsWith("L3");
        this.client = v6 ? "2001:db8:c::10" : "198.51.100.10";
        this.router = v6 ? "2001:db8::1" : "192.0.2.1";
    }

    /** HTTP and DNS behind each VIP; HTTP hashes. */
    static Specs[] services() {
        Specs[] services = new Specs[2 * values().length];
        int number = 0;
        for (Mode mode : values()) {
            services[number++] = mode.service("http", number).maglev();
            services[number++] = mode.service("dns", number).udp().ports(new PortRange(DNS, DNS));
        }
        return services;
    }

    private Specs service(String what, int id) {
        Specs specs = Specs.service(name() + "-" + what).vip(vip).backend(id, server, 1);
        return layer3 ? specs.l3dsr(DSCP) : specs;
    }

    TestFrame tcp() {
        return between(TestFrame.tcp(), 80);
    }

    TestFrame udp() {
        return between(TestFrame.udp(), DNS);
    }

    TestFrame echo() {
        return between(v6 ? TestFrame.echoRequest6(7, 9) : TestFrame.echoRequest(7, 9), 0);
    }

    private TestFrame between(TestFrame frame, int port) {
        return frame.from(client, 40_000).to(vip, port);
    }

    /** What the server sends as the VIP. */
    TestFrame reply(TestFrame frame, int port) {
        return frame.from(vip, port).to(client, 40_000);
    }

    /** What a router between says of a packet that it quotes so many octets of: that it is too long. */
    TestFrame tooBig(TestFrame quoted, int octets) {
        return (v6
                        ? TestFrame.icmpError(2, 0, 1_280, quoted, octets)
                        : TestFrame.icmpError(3, 4, 1_280, quoted, octets))
                .from(router, 0)
                .to(vip, 0);
    }

    /** What becomes of a frame in this mode. */
    TestFrame sent(TestFrame frame) {
        TestFrame sent = layer3 ? frame.redirected(server, DSCP) : frame;
        return sent.toMac(Rig.SERVER_MACS | (v6 ? 0x11 : 11)).fromMac(Rig.EGRESS_MAC);
    }
}
