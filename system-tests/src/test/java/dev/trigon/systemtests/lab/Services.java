package dev.trigon.systemtests.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A services file: for each family a VIP, behind which every server has HTTP on 80 and 8080, DNS, and datagrams of any size
 * on {@link #SIZES_PORT}; one server has iperf3, whose measurements consist of more than one flow.
 */
public final class Services {
    /** A UDP server there says how many octets it was sent. */
    public static final int SIZES_PORT = 7000;

    public static final int IPERF_PORT = 5201;
    public static final String IPERF_SERVER = "b1";

    private static final int USUAL_WEIGHT = 100;

    private final Lab lab;
    private final String forward;
    private final String scheduler;
    private final Map<String, Integer> weights;

    private Services(Lab lab, String forward, String scheduler, Map<String, Integer> weights) {
        this.lab = lab;
        this.forward = forward;
        this.scheduler = scheduler;
        this.weights = weights;
    }

    /** All servers of a lab, alike, in turn. */
    public static Services of(Lab lab, String forward) {
        Map<String, Integer> weights = new LinkedHashMap<>();
        Lab.SERVERS.forEach(server -> weights.put(server, USUAL_WEIGHT));
        return new Services(lab, forward, "wrr", weights);
    }

    public Services with(String server, int weight) {
        Map<String, Integer> all = new LinkedHashMap<>(weights);
        all.put(server, weight);
        return new Services(lab, forward, scheduler, all);
    }

    public Services without(String server) {
        Map<String, Integer> all = new LinkedHashMap<>(weights);
        all.remove(server);
        return new Services(lab, forward, scheduler, all);
    }

    public Services by(String otherScheduler) {
        return new Services(lab, forward, otherScheduler, weights);
    }

    public String yaml() {
        List<String> all = new ArrayList<>();
        for (Family family : Family.values()) {
            all.add(service(family, "web", "tcp", "[80, 8080]", weights));
            all.add(service(family, "dns", "udp", "[53]", weights));
            all.add(service(family, "sizes", "udp", "[" + SIZES_PORT + "]", weights));
            for (String protocol : List.of("tcp", "udp")) {
                Map<String, Integer> one = Map.of(IPERF_SERVER, USUAL_WEIGHT);
                all.add(service(family, "iperf-" + protocol + "-", protocol, "[" + IPERF_PORT + "]", one));
            }
        }
        return "services:\n" + String.join("", all);
    }

    private String service(Family family, String name, String protocol, String ports, Map<String, Integer> weightOf) {
        StringBuilder yaml =
                new StringBuilder("""
                  - name: %s
                    vip: "%s"
                    protocol: %s
                    ports: %s
                    forward: %s
                    scheduler: %s
                    backends:
                """.formatted(family.name(name), family.vip(), protocol, ports, forward, scheduler));
        weightOf.forEach((server, weight) -> yaml.append("      - {name: %s, address: \"%s\", weight: %d}\n"
                .formatted(server, lab.address(server, family), weight)));
        return yaml.toString();
    }
}
