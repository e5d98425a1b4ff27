package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.HealthSpec;

/**
 * A backend that is to be checked, and how.
 *
 * @param port that is checked
 * @param believedUp of one that is new to the monitor: it was up when last heard of, or in use without checks, and stays so until it
 *     has failed so often as the settings say
 */
public record Target(Probed backend, int port, HealthSpec spec, boolean believedUp) {}
