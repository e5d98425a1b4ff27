package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What would happen to a packet now, and why.
 *
 * @param client as {@code 198.51.100.10:40000} or {@code [2001:db8:c::10]:40000}, and so the VIP
 * @param reason flow, affinity, hash, schedule, no-service or no-backend
 * @param detail more of it, in words; null where there is no more to say, and left out of the JSON then
 */
public record ExplainView(
        String protocol,
        String client,
        String vip,
        @Nullable String service,
        @Nullable String backend,
        @Nullable String address,
        String reason,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String detail) {}
