package dev.trigon.dataplane.service;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The same client, the same backend, for a time.
 *
 * @param time how long after a client's last flow
 * @param prefix4 how many bits of an IPv4 client's address make it the same client
 * @param prefix6 of an IPv6 client's
 * @param group services of one group share a client's backend, by its address; null: this service alone
 */
public record Affinity(
        Duration time, int prefix4, int prefix6, @Nullable String group) {
    public static final int WHOLE_PREFIX4 = 32;
    public static final int WHOLE_PREFIX6 = 128;
}
