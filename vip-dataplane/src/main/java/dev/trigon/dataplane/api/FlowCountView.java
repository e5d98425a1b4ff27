package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many flows are remembered, and how many can be.
 *
 * @param by the flows apart, most first; only where that was asked for
 */
public record FlowCountView(
        long active,
        long max,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Share> by) {
    /**
     * The flows of one backend, service or state; what they were not told apart by is left out.
     *
     * @param service null with a backend or by services too: no service has them
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Share(
            @Nullable String service,
            @Nullable String backend,
            @Nullable String state,
            long flows) {}
}
