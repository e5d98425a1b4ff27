package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.config.Durations;
import dev.trigon.dataplane.service.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What a change that is not confirmed in time goes back to. It is saved with the services, so that a restart forgets neither.
 *
 * @param untilMs by the wall clock, in ms since 1970: the one clock that a restart leaves
 * @param withinMs how long that was from the change on: no clock that was set makes it longer
 * @param backTo the revision before the change
 * @param services those of that revision
 */
record Pending(long untilMs, long withinMs, long backTo, List<ServiceEntry> services) {
    Pending {
        Objects.requireNonNull(services, "services");
        services = List.copyOf(services);
    }

    String within() {
        return Durations.format(Duration.ofMillis(withinMs));
    }

    /** Nobody is to build on what may be gone in a moment. */
    Refusal inTheWay() {
        return ServiceRules.conflict(
                "the change",
                "revision " + (backTo + 1) + " waits to be confirmed within " + within(),
                "keep it with `vipctl confirm`, or take it back with `vipctl rollback`, first");
    }
}
