package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.ArrayList;
import java.util.List;

/** What is served while the packet path is measured. Services hash and are of UDP, on one port each. */
public enum Scene {
    L2DSR(1, 2),
    L3DSR(1, 2),
    L2DSR_IPV6(1, 2),
    L3DSR_IPV6(1, 2),
    /** Each a VIP of its own. */
    MANY_SERVICES(10_000, 1),
    MANY_BACKENDS(1, 10_000);

    static final int PORT = 9_000;
    private static final int DSCP = 5;
    private static final int PAYLOAD_OCTETS = 18;

    final int vips;
    private final int backends;
    private final boolean v6 = name().endsWith("6");
    private final boolean layer3 = name().startsWith("L3");

    Scene(int vips, int backends) {
        this.vips = vips;
        this.backends = backends;
    }

    List<ServiceSpec> services() {
        List<ServiceSpec> specs = new ArrayList<>();
        for (int vip = 0; vip < vips; vip++) {
            Specs service = Specs.service("s" + vip)
                    .vip(vip(vip))
                    .udp()
                    .ports(new PortRange(PORT, PORT))
                    .maglev();
            for (int backend = 0; backend < backends; backend++) {
                int number = vip * backends + backend;
                service.backend(number + 1, server(number), 100);
            }
            specs.add((layer3 ? service.l3dsr(DSCP) : service).spec());
        }
        return specs;
    }

    /** VIPs follow each other, as the last four octets of an address count. */
    private String vip(int number) {
        return v6 ? "2001:db8:f::a00:" + Integer.toHexString(number) : "203." + dotted(number);
    }

    private String server(int number) {
        return v6 ? "2001:db8:2::" + Integer.toHexString(number + 1) : "10." + dotted(number + 1);
    }

    private static String dotted(int number) {
        return (number >>> 16) + "." + (number >>> 8 & 0xFF) + "." + (number & 0xFF);
    }

    /** Of 60 octets in IPv4, to the first VIP. */
    TestFrame frame() {
        TestFrame frame = v6
                ? TestFrame.udp().ipv6().from("2001:db8:c::", 0)
                : TestFrame.udp().from("198.51.0.0", 0);
        return frame.to(vip(0), PORT).payload(new byte[PAYLOAD_OCTETS]);
    }
}
