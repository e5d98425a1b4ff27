package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What applying a configuration came to, as names of services.
 *
 * @param revision that is in force now
 * @param pending where it waits to be confirmed; else left out of the JSON
 */
public record AppliedView(
        List<String> added,
        List<String> changed,
        List<String> removed,
        List<String> unchanged,
        long revision,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable PendingView pending) {}
