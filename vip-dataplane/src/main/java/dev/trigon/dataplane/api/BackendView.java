package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A backend as it is, and what it has been given since vipd started.
 *
 * @param weight 0 for a former one
 * @param state up, down, draining or disabled
 * @param reason why it is down; else null, and left out of the JSON
 * @param backup true for one that takes new flows only while no other can; else left out of the JSON
 * @param former true for one that is configured no more and that flows still name; else left out of the JSON
 */
public record BackendView(
        String service,
        String name,
        String address,
        int weight,
        String state,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reason,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean backup,
        long activeFlows,
        long packets,
        long bytes,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean former) {}
