package dev.trigon.dataplane.api;

import org.jspecify.annotations.Nullable;

/**
 * A remembered flow.
 *
 * @param client as {@code 198.51.100.10:40000} or {@code [2001:db8:c::10]:40000}, and so the VIP
 * @param service that has its VIP and port, or had them; null where nobody knows
 * @param backend that has it, a former one too; null where it is forgotten
 * @param state syn, established, closing, closed or udp
 */
public record FlowView(
        String protocol,
        String client,
        String vip,
        @Nullable String service,
        @Nullable String backend,
        String state,
        long idleSeconds,
        long packets,
        long bytes) {}
