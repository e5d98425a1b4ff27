package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A service's affinity where more than its time is set; null is left out of the JSON.
 *
 * @param time such as {@code 10m}
 * @param prefix how many bits of an IPv4 client's address make it the same client
 * @param prefix6 of an IPv6 client's
 * @param group services of one group share a client's backend
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AffinityEntry(
        @Nullable String time,
        @Nullable Integer prefix,
        @Nullable Integer prefix6,
        @Nullable String group) {}
