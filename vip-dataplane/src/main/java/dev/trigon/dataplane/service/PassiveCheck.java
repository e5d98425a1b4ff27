package dev.trigon.dataplane.service;

import java.time.Duration;

/**
 * A backend is taken for down by what its clients do: where so many had to send their SYN again within a time, and none came
 * through in it.
 *
 * @param within whole seconds, up to a minute
 * @param hold how long it is given nothing then, before it is tried again
 */
public record PassiveCheck(int repeats, Duration within, Duration hold) {
    public static final PassiveCheck DEFAULT = new PassiveCheck(5, Duration.ofSeconds(10), Duration.ofSeconds(30));
}
