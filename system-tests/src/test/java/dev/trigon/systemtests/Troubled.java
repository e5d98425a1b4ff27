package dev.trigon.systemtests;

import dev.trigon.systemtests.lab.Family;
import dev.trigon.systemtests.lab.Lab;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** TCP services of the VIP in a two-armed lab, each with one backend that something may be the matter with. */
enum Troubled {
    WEB(80, 2, 11),
    WITHOUT_WEIGHT(8001, 2, 11),
    NOBODY(8002, 2, 99),
    NOBODY_EITHER(8003, 2, 98),
    MOVED(8004, 2, 97),
    DEAD_END(8005, 9, 9);

    private final int port;
    private final int network;
    private final int host;

    Troubled(int port, int network, int host) {
        this.port = port;
        this.network = network;
        this.host = host;
    }

    int port() {
        return port;
    }

    /** The backend's. */
    String address(Family family) {
        return family.address(network, host);
    }

    private String yaml(Family family) {
        String service = family.name(name().toLowerCase(Locale.ROOT).replace('_', '-'));
        int weight = this == WITHOUT_WEIGHT ? 0 : 100;
        return yaml(service, family.vip(), "tcp", port, "l2dsr", address(family), weight);
    }

    /** One whose packets go by the server's address. */
    static String secondVip(Family family) {
        return family == Family.IPV4 ? "203.0.113.20" : "2001:db8:f::20";
    }

    /** A services file of all these, a UDP service beside them, and one of the second VIP. */
    static String services(Lab lab) {
        List<String> all = new ArrayList<>();
        for (Family family : Family.values()) {
            Stream.of(values()).map(it -> it.yaml(family)).forEach(all::add);
            String server = lab.address("b1", family);
            all.add(yaml(family.name("dns"), family.vip(), "udp", 53, "l2dsr", server, 100));
            all.add(yaml(family.name("far"), secondVip(family), "tcp", 80, "l3dsr", server, 100));
        }
        return "services:\n" + String.join("", all);
    }

    private static String yaml(
            String name, String vip, String protocol, int port, String forward, String backend, int weight) {
        return """
                  - name: %s
                    vip: "%s"
                    protocol: %s
                    ports: [%d]
                    forward: %s
                    scheduler: wrr
                    backends: [{name: one, address: "%s", weight: %d}]
                """.formatted(name, vip, protocol, port, forward, backend, weight);
    }
}
