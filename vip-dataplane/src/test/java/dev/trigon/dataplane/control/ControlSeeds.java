package dev.trigon.dataplane.control;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Requests of every kind, alone and one after another. */
final class ControlSeeds {
    private static final String WEB = """
            {"name": "web", "vip": "203.0.113.10", "protocol": "tcp", "ports": [80, "8000-8100"],
             "backends": [{"name": "b1", "address": "10.2.0.11"}, {"name": "b2", "address": "10.2.0.12", "weight": 0}]}
            """;
    private static final String FAR = """
            {"name": "far", "vip": "2001:db8:f::20", "protocol": "udp", "ports": "any", "forward": "l3dsr",
             "backends": [{"name": "b1", "address": "2001:db8:2::b"}]}
            """;
    private static final String SAVED = """
            {"version": 1, "nextBackendId": 3, "backendIds": {"web/b1": 1, "web/b2": 2}, "services": [%s]}
            """;
    private static final String FORMER = """
            "former": [{"id": 7, "service": "web", "name": "b0", "address": "10.2.0.10", "vip": "203.0.113.10",
             "protocol": "tcp", "drains": true}],
            """;
    private static final String PENDING = """
            "pending": {"untilMs": 1, "withinMs": 60000, "backTo": 1, "services": []},
            """;
    private static final String END = "\0";

    private ControlSeeds() {}

    static List<byte[]> all() {
        String add = "POST /v1/services\n" + WEB;
        String addFar = "POST /v1/services\n" + FAR;
        String apply = "PUT /v1/configuration?source=a%20file\n{\"services\": [" + WEB + "," + FAR + "]}";
        return Stream.of(
                        add,
                        apply,
                        add + END + addFar + END + add + END + "GET /v1/services" + END + "DELETE /v1/services/web",
                        add + END + "PATCH /v1/services/web\n{\"forward\": \"l3dsr\", \"ports\": \"any\", \"dscp\": 9}"
                                + END + "GET /v1/services/web" + END + "GET /v1/configuration",
                        add + END + "POST /v1/services/web/backends\n{\"name\": \"b3\", \"address\": \"10.2.0.13\"}"
                                + END + "PATCH /v1/services/web/backends/b3\n{\"weight\": 7}" + END
                                + "DELETE /v1/services/web/backends/b1" + END + "GET /v1/backends" + END
                                + "GET /v1/services/web/backends",
                        apply + END + "PUT /v1/configuration\nservices: []",
                        add + END + "POST /v1/services/web/backends\n{\"name\": \"b9\", \"address\": \"203.0.113.10\"}",
                        "GET /v1/status" + END + "GET /v1/counters?meanings=true" + END + "GET /v1/counters?meanings=x",
                        add + END
                                + "PATCH /v1/services/web\n{\"affinity\": {\"time\": \"10m\", \"prefix\": 24, \"group\":"
                                + " \"g\"}, \"timeouts\": {\"syn\": \"9s\", \"udp\": \"default\"}, \"whenDown\": \"move\"}"
                                + END + "PATCH /v1/services/web\n{\"affinity\": \"none\"}" + END
                                + "PATCH /v1/services/web/backends/b1\n{\"state\": \"draining\"}" + END
                                + "DELETE /v1/services/web/backends/b1?force=true" + END + "GET /v1/backends",
                        "POST /v1/services\n" + FAR.replace("\"forward\"", "\"onePacket\": true, \"forward\""),
                        add + END + "GET /v1/flows?service=web&backend=b1&client=198.51.100.0/24&sort=bytes" + END
                                + "GET /v1/flows/count?by=backend" + END
                                + "POST /v1/flows/flush\n{\"tuple\": \"tcp 198.51.100.10:40000 203.0.113.10:80\"}"
                                + END + "POST /v1/flows/flush\n{}" + END + "POST /v1/flows/flush\n{\"all\": true}",
                        "GET /v1/flows?limit=1" + END + "GET /v1/flows?limit=1000000" + END + "GET /v1/flows/count",
                        "GET /v1/explain?protocol=tcp&client=198.51.100.10:40000&vip=203.0.113.10:80" + END
                                + "GET /v1/explain?protocol=udp&client=[2001:db8::1]:5&vip=%5B2001:db8:f::20%5D:53",
                        "GET /v1/nothing" + END + "PUT /v1/status" + END + "GET /" + END + "OPTIONS *" + END
                                + "HEAD /v1/status",
                        "GET /v1/services/%77eb;a=b?x=%41&x&=" + END + "GET //v1/../v1/./services/",
                        add + END + "POST /v1/configuration/plan?source=a\nservices: []" + END
                                + "PUT /v1/configuration?confirmWithin=60s\nservices: []" + END + "POST /v1/services\n"
                                + FAR + END + "POST /v1/configuration/confirm" + END + "POST /v1/configuration/rollback"
                                + END + "GET /v1/history/1" + END + "GET /v1/history?limit=2",
                        add + END + "PUT /v1/configuration?confirmWithin=1h\nservices: []" + END
                                + "POST /v1/configuration/rollback" + END + "POST /v1/configuration/rollback?to=1" + END
                                + "POST /v1/configuration/rollback?to=x" + END + "POST /v1/configuration/confirm",
                        "\1" + SAVED.formatted(WEB),
                        "\1{\"version\": 2}",
                        "\1"
                                + SAVED.formatted(WEB)
                                        .replace("\"version\": 1", "\"version\": 2")
                                        .replace("nextBackendId\": 3", "nextBackendId\": 9")
                                        .replace("\"services\"", FORMER + "\"services\""),
                        "\1"
                                + SAVED.formatted(WEB)
                                        .replace("\"version\": 1", "\"version\": 3, \"revision\": 2, \"former\": []")
                                        .replace("\"services\"", PENDING + "\"services\""),
                        "\1" + SAVED.formatted(FAR))
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }
}
