package dev.trigon.dataplane.api;

import org.jspecify.annotations.Nullable;

/**
 * What would happen to a packet now, and why.
 *
 * @param reason flow, hash, schedule, no-service or no-backend
 */
public record ExplainView(
        String protocol,
        String client,
        String vip,
        @Nullable String service,
        @Nullable String backend,
        @Nullable String address,
        String reason) {}
