package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/flows/flush}: which flows are to be made unknown. Either all, or those that are as each field says.
 *
 * @param client an address or a prefix
 * @param tuple one flow, as {@code tcp 198.51.100.10:40000 203.0.113.10:80}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FlowSelectionEntry(
        @Nullable Boolean all,
        @Nullable String service,
        @Nullable String backend,
        @Nullable String client,
        @Nullable String state,
        @Nullable String protocol,
        @Nullable String tuple) {}
