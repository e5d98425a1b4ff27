package dev.trigon.dataplane.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Services files that are taken, with all that one may have. */
final class RandomServices {
    private final Random random;

    RandomServices(Random random) {
        this.random = random;
    }

    String file() {
        return "services: " + services();
    }

    private List<String> services() {
        List<String> services = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            services.add(service(i));
        }
        return services;
    }

    /** A VIP of its own, so that whatever else it has stands beside the others. */
    private String service(int number) {
        boolean tcp = random.nextBoolean();
        boolean six = random.nextBoolean();
        List<String> fields = new ArrayList<>(List.of(
                "name: s" + number,
                "vip: " + (six ? "\"2001:db8:f::" + number + "\"" : "203.0.113." + number),
                "protocol: " + (tcp ? "tcp" : "udp"),
                "ports: " + one("any", "80", "[80, 443]", "\"8000-8100,9000\"", "[53, \"60-61\"]")));
        maybe(fields, "scheduler: " + one("maglev", "wrr", "rr", "lc", "wlc", "p2c", "sh"));
        if (random.nextBoolean()) {
            fields.add("forward: l3dsr");
            maybe(fields, "dscp: " + (10 + number));
        }
        maybe(fields, "whenAllDown: " + one("open", "closed"));
        maybe(fields, "slowStart: " + one("none", "30s"));
        if (tcp) {
            maybe(fields, "passive: " + one("true", "false", "{repeats: 7, within: 20s}"));
        }
        maybe(
                fields,
                "health: "
                        + one(
                                "{type: tcp, port: 80}",
                                "{type: http, port: 80, path: /up, expect: \"200,204\"}",
                                "{type: icmp, fall: 5}"));
        boolean onePacket = !tcp && random.nextInt(4) == 0;
        if (onePacket) {
            fields.add("onePacket: true");
        } else {
            maybe(fields, "affinity: " + one("10m", "none", "{time: 90s}", "{time: 1h, prefix: 24, prefix6: 64}"));
        }
        if (tcp) {
            maybe(fields, "whenDown: " + one("reset", "move"));
            maybe(fields, "timeouts: " + one("{syn: 9s}", "{established: 1h, closing: 2m}", "{closed: default}"));
        } else {
            maybe(fields, "timeouts: " + one("{udp: 61s}", "{}"));
        }
        maybe(fields, "backends: " + backends(six));
        return "{" + String.join(", ", fields) + "}";
    }

    private List<String> backends(boolean six) {
        List<String> backends = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            List<String> fields = new ArrayList<>(
                    List.of("name: b" + i, "address: " + (six ? "\"2001:db8:2::" + i + "\"" : "10.2.0." + i)));
            maybe(fields, "weight: " + random.nextInt(65_536));
            maybe(fields, "state: " + one("up", "draining", "disabled"));
            maybe(fields, "backup: " + one("true", "false"));
            backends.add("{" + String.join(", ", fields) + "}");
        }
        return backends;
    }

    private void maybe(List<String> fields, String field) {
        if (random.nextBoolean()) {
            fields.add(field);
        }
    }

    private String one(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
