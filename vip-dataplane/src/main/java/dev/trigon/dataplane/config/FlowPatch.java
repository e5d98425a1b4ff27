package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.TimeoutOverrides;
import dev.trigon.dataplane.service.WhenDown;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of how a service's flows are remembered; null leaves a field as it is. A new service asks it of the default.
 *
 * @param timeouts by state; empty: the gateway's
 */
record FlowPatch(
        Map<String, Optional<Duration>> timeouts,
        @Nullable AffinityPatch affinity,
        @Nullable Boolean onePacket,
        @Nullable WhenDown whenDown) {
    FlowPatch {
        timeouts = Map.copyOf(timeouts);
    }

    FlowPolicy applyTo(FlowPolicy present) {
        TimeoutOverrides own = present.timeouts();
        return new FlowPolicy(
                new TimeoutOverrides(
                        timeout("syn", own.syn()),
                        timeout("established", own.established()),
                        timeout("closing", own.closing()),
                        timeout("closed", own.closed()),
                        timeout("udp", own.udp())),
                affinity == null ? present.affinity() : affinity.applyTo(present.affinity()),
                onePacket == null ? present.onePacket() : onePacket,
                whenDown == null ? present.whenDown() : whenDown);
    }

    private @Nullable Duration timeout(String state, @Nullable Duration present) {
        Optional<Duration> asked = timeouts.get(state);
        return asked == null ? present : asked.orElse(null);
    }
}
