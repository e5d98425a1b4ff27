package dev.trigon.cli.imports;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What servers are checked by, and how often. */
record Health(Probe probe, Pace pace) {
    /**
     * @param port null: the service's
     * @param command empty but for exec
     */
    record Probe(
            String type,
            @Nullable Integer port,
            @Nullable String path,
            @Nullable String host,
            @Nullable String expect,
            @Nullable String body,
            @Nullable String query,
            List<String> command) {
        static Probe of(String type, @Nullable Integer port) {
            return new Probe(type, port, null, null, null, null, null, List.of());
        }

        /** Whether a server that passes has accepted a connection. */
        boolean connects() {
            return switch (type) {
                case "tcp", "http", "https" -> true;
                default -> false;
            };
        }
    }

    /** @param fall after how many failures in a row a server is down */
    record Pace(long intervalMs, long timeoutMs, int fall) {
        Pace strictest(Pace other) {
            return new Pace(
                    Math.min(intervalMs, other.intervalMs),
                    Math.min(timeoutMs, other.timeoutMs),
                    Math.min(fall, other.fall));
        }
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", probe.type()).put("via", "direct");
        if (probe.port() != null) {
            json.put("port", probe.port());
        }
        json.put("interval", Text.duration(pace.intervalMs()))
                .put("timeout", Text.duration(pace.timeoutMs()))
                .put("rise", 1)
                .put("fall", pace.fall());
        put(json, "path", probe.path());
        put(json, "host", probe.host());
        put(json, "expect", probe.expect());
        put(json, "body", probe.body());
        put(json, "query", probe.query());
        if (!probe.command().isEmpty()) {
            probe.command().forEach(json.putArray("command")::add);
        }
        return json;
    }

    private static void put(ObjectNode json, String key, @Nullable String value) {
        if (value != null) {
            json.put(key, value);
        }
    }
}
