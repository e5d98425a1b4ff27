package dev.trigon.systemtests.lab;

import java.util.ArrayList;
import java.util.List;

/** A services file: HTTP on 80 and 8080, and DNS, on one VIP. */
public record Services(String forward, String scheduler, List<Backend> backends) {
    /** @param weight its share, against the others' */
    public record Backend(String name, String address, int weight) {}

    public Services {
        backends = List.copyOf(backends);
    }

    /** All servers of a lab, alike, in turn. */
    public static Services of(Lab lab, String forward) {
        Services none = new Services(forward, "wrr", List.of());
        return Lab.SERVERS.stream()
                .reduce(none, (services, server) -> services.with(lab, server, 100), (one, other) -> one);
    }

    public Services with(Lab lab, String server, int weight) {
        List<Backend> all = new ArrayList<>(backends);
        all.removeIf(backend -> backend.name().equals(server));
        all.add(new Backend(server, lab.address(server), weight));
        return new Services(forward, scheduler, all);
    }

    public Services without(String server) {
        return new Services(
                forward,
                scheduler,
                backends.stream().filter(it -> !it.name().equals(server)).toList());
    }

    public Services by(String otherScheduler) {
        return new Services(forward, otherScheduler, backends);
    }

    String yaml() {
        return "services:\n" + service("web", "tcp", "[80, 8080]") + service("dns", "udp", "[53]");
    }

    private String service(String name, String protocol, String ports) {
        StringBuilder yaml = new StringBuilder("""
                  - name: %s
                    vip: %s
                    protocol: %s
                    ports: %s
                    forward: %s
                    scheduler: %s
                    backends:
                """.formatted(name, Lab.VIP, protocol, ports, forward, scheduler));
        for (Backend backend : backends) {
            yaml.append("      - {name: %s, address: %s, weight: %d}\n"
                    .formatted(backend.name(), backend.address(), backend.weight()));
        }
        return yaml.toString();
    }
}
