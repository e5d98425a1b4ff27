package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Refusal;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what a service says of how its backends are checked: a mapping, or the kind of check alone. */
final class HealthPatchReader {
    static final String KEY = "health";

    private static final String NONE = "none";
    private static final String[] PROBE_KEYS = Stream.of(HealthType.values())
            .flatMap(type -> type.keys().stream())
            .distinct()
            .toArray(String[]::new);
    private static final String[] KEYS = Stream.concat(
                    Stream.of("type", "interval", "timeout", "rise", "fall"), Stream.of(PROBE_KEYS))
            .toArray(String[]::new);

    private static final Map<String, HealthSpec.Via> VIA =
            Fields.labels(HealthSpec.Via.values(), HealthSpec.Via::label);
    private static final Map<String, HealthProbe.Dns.RecordType> RECORD_TYPES =
            Fields.labels(HealthProbe.Dns.RecordType.values(), HealthProbe.Dns.RecordType::name);

    private final Source source;
    private final Fields service;

    HealthPatchReader(Source source, Fields service) {
        this.source = source;
        this.service = service;
    }

    /** Null where nothing is said. */
    @Nullable
    HealthPatch read() throws Refusal {
        Located node = service.get(KEY);
        if (node == null) {
            return null;
        }
        if (node instanceof Located.Scalar scalar) {
            return scalar.text().equals(NONE) ? HealthPatch.NONE : HealthPatch.of(type(KEY, scalar));
        }
        Fields health = Fields.of(source, node, KEYS);
        HealthType type = health.has("type") ? type("type", health.text("type")) : null;
        return new HealthPatch(
                false,
                type,
                given(health, type),
                health.choice("via", VIA),
                number(health, "port", 65_535),
                times(health),
                probe(health));
    }

    /** Of a service by itself: all that a check needs must be there. */
    @Nullable
    HealthSpec readWhole() throws Refusal {
        HealthPatch patch = read();
        if (patch == null) {
            return null;
        }
        Located node = service.required(KEY);
        if (!patch.none() && patch.type() == null) {
            throw source.malformed(
                    node, "'type' is missing", "give one of " + String.join(", ", HealthType.BY_LABEL.keySet()));
        }
        return patch.applyTo(null, source.place(node.line(), node.path()));
    }

    private HealthType type(String key, Located.Scalar at) throws Refusal {
        HealthType type = HealthType.BY_LABEL.get(at.text());
        if (type == null) {
            throw source.invalid(
                    at,
                    "'" + key + "' is '" + at.text() + "'",
                    "give one of " + String.join(", ", HealthType.BY_LABEL.keySet())
                            + (key.equals(KEY) ? ", none or a mapping" : ""));
        }
        return type;
    }

    /** Which are there beside the times. Where the kind of check is known, each must mean something to it. */
    private Set<String> given(Fields health, @Nullable HealthType type) throws Refusal {
        Set<String> given = new HashSet<>();
        for (String key : PROBE_KEYS) {
            Located value = health.get(key);
            if (value != null && type != null && !type.keys().contains(key)) {
                throw source.invalid(value, HealthPatch.misplaced(key, type), HealthPatch.remedy(type));
            }
            if (value != null) {
                given.add(key);
            }
        }
        return given;
    }

    private static HealthPatch.Times times(Fields health) throws Refusal {
        Located interval = health.get("interval");
        Located timeout = health.get("timeout");
        return new HealthPatch.Times(
                interval == null
                        ? null
                        : health.duration("interval", interval, HealthSpec.MIN_INTERVAL, HealthSpec.MAX_INTERVAL),
                timeout == null
                        ? null
                        : health.duration("timeout", timeout, HealthSpec.MIN_TIMEOUT, HealthSpec.MAX_INTERVAL),
                number(health, "rise", HealthSpec.MAX_IN_A_ROW),
                number(health, "fall", HealthSpec.MAX_IN_A_ROW));
    }

    private ProbePatch probe(Fields health) throws Refusal {
        ProbeFields fields = new ProbeFields(source, health);
        return new ProbePatch(
                fields.path(),
                fields.host(),
                fields.expect(),
                fields.body(),
                health.flag("verify"),
                fields.send(),
                fields.escaped("receive"),
                fields.query(),
                health.choice("recordType", RECORD_TYPES),
                fields.command());
    }

    private static @Nullable Integer number(Fields health, String key, int max) throws Refusal {
        Located node = health.get(key);
        return node == null ? null : health.number(key, node, 1, max);
    }
}
