package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.Affinity;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.WhenDown;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what a service says of how its flows are remembered. */
final class FlowPatchReader {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final String[] STATES = {"syn", "established", "closing", "closed", "udp"};
    /** In place of a timeout: the gateway's. */
    private static final String GATEWAYS = "default";

    private static final String NONE = "none";
    private static final Map<String, WhenDown> WHEN_DOWN = Fields.labels(WhenDown.values(), WhenDown::label);

    private final Source source;
    private final Fields service;

    FlowPatchReader(Source source, Fields service) {
        this.source = source;
        this.service = service;
    }

    FlowPatch read() throws Refusal {
        return new FlowPatch(timeouts(), affinity(), service.flag("onePacket"), service.choice("whenDown", WHEN_DOWN));
    }

    private Map<String, Optional<Duration>> timeouts() throws Refusal {
        Fields timeouts = service.mapping("timeouts", STATES);
        Map<String, Optional<Duration>> read = new HashMap<>();
        for (String state : STATES) {
            Located node = timeouts.get(state);
            if (node instanceof Located.Scalar scalar && scalar.text().equals(GATEWAYS)) {
                read.put(state, Optional.empty());
            } else if (node != null) {
                read.put(state, Optional.of(timeouts.duration(state, node, SHORTEST, LONGEST)));
            }
        }
        return read;
    }

    private @Nullable AffinityPatch affinity() throws Refusal {
        Located node = service.get("affinity");
        if (node == null) {
            return null;
        }
        if (node instanceof Located.Scalar scalar) {
            return scalar.text().equals(NONE)
                    ? AffinityPatch.NONE
                    : new AffinityPatch(false, service.duration("affinity", node, SHORTEST, LONGEST), null, null, null);
        }
        Fields affinity = Fields.of(source, node, "time", "prefix", "prefix6", "group");
        Located time = affinity.get("time");
        return new AffinityPatch(
                false,
                time == null ? null : affinity.duration("time", time, SHORTEST, LONGEST),
                prefix(affinity, "prefix", Affinity.WHOLE_PREFIX4),
                prefix(affinity, "prefix6", Affinity.WHOLE_PREFIX6),
                group(affinity));
    }

    private static @Nullable Integer prefix(Fields affinity, String key, int whole) throws Refusal {
        Located node = affinity.get(key);
        return node == null ? null : affinity.number(key, node, 0, whole);
    }

    private @Nullable String group(Fields affinity) throws Refusal {
        Located.Scalar group = affinity.optionalText("group");
        return group == null ? null : ServiceReader.name(source, group);
    }
}
