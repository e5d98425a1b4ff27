package dev.trigon.dataplane.service;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a service makes of how its backends are.
 *
 * @param slowStart in what time a backend that begins comes to its whole share; zero: at once
 * @param passive null: what clients do says nothing of a backend
 */
public record Availability(
        WhenAllDown whenAllDown,
        Duration slowStart,
        @Nullable PassiveCheck passive) {
    public static final Availability DEFAULT = new Availability(WhenAllDown.OPEN, Duration.ZERO, null);
}
