package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A backend as it is asked for; null is left out of the JSON.
 *
 * @param state up, draining or disabled
 * @param backup true: it takes new flows only while no other backend can
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackendEntry(
        @Nullable String name,
        @Nullable String address,
        @Nullable Integer weight,
        @Nullable String state,
        @Nullable Boolean backup) {}
