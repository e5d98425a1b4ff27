package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.AffinityEntry;
import dev.trigon.dataplane.api.TimeoutsEntry;
import dev.trigon.dataplane.config.Durations;
import dev.trigon.dataplane.service.Affinity;
import dev.trigon.dataplane.service.TimeoutOverrides;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a service's flows are remembered, as it is shown outside: what is as by default is left out. */
final class FlowPolicies {
    private FlowPolicies() {}

    /** A time as text where no more than that is set. */
    static @Nullable Object affinity(@Nullable Affinity affinity) {
        if (affinity == null) {
            return null;
        }
        String time = Durations.format(affinity.time());
        Integer prefix = affinity.prefix4() == Affinity.WHOLE_PREFIX4 ? null : affinity.prefix4();
        Integer prefix6 = affinity.prefix6() == Affinity.WHOLE_PREFIX6 ? null : affinity.prefix6();
        return prefix == null && prefix6 == null && affinity.group() == null
                ? time
                : new AffinityEntry(time, prefix, prefix6, affinity.group());
    }

    static @Nullable TimeoutsEntry timeouts(TimeoutOverrides own) {
        return own.equals(TimeoutOverrides.NONE)
                ? null
                : new TimeoutsEntry(
                        text(own.syn()),
                        text(own.established()),
                        text(own.closing()),
                        text(own.closed()),
                        text(own.udp()));
    }

    private static @Nullable String text(@Nullable Duration duration) {
        return duration == null ? null : Durations.format(duration);
    }
}
