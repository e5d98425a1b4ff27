package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** A service's own timeouts, such as {@code 15m}; null is the gateway's, and left out of the JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TimeoutsEntry(
        @Nullable String syn,
        @Nullable String established,
        @Nullable String closing,
        @Nullable String closed,
        @Nullable String udp) {}
