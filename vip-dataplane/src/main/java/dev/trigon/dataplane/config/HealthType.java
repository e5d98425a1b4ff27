package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.HealthProbe;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The kinds of checks, and what can be said of each beside its times. */
enum HealthType {
    TCP("tcp", "via", "port"),
    HTTP("http", "via", "port", "path", "host", "expect", "body"),
    HTTPS("https", "via", "port", "path", "host", "expect", "body", "verify"),
    UDP("udp", "via", "port", "send", "receive"),
    DNS("dns", "via", "port", "query", "recordType"),
    ICMP("icmp", "via"),
    EXEC("exec", "command");

    static final Map<String, HealthType> BY_LABEL = Fields.labels(values(), HealthType::label);

    private final String label;

    @SuppressWarnings("ImmutableEnumChecker") // a copy that cannot be changed
    private final List<String> keys;

    HealthType(String label, String... keys) {
        this.label = label;
        this.keys = List.of(keys);
    }

    static HealthType of(HealthProbe probe) {
        return HealthType.valueOf(probe.type().toUpperCase(Locale.ROOT));
    }

    String label() {
        return label;
    }

    List<String> keys() {
        return keys;
    }
}
