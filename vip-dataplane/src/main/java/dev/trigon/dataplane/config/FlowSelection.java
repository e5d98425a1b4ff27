package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Which flows are meant: those that are as each field says; null: whatever they are.
 *
 * @param state as {@code conntrack} names it
 * @param tuple one flow
 */
public record FlowSelection(
        @Nullable String service,
        @Nullable String backend,
        @Nullable Prefix client,
        @Nullable String state,
        @Nullable Protocol protocol,
        @Nullable Tuple tuple) {
    public static final FlowSelection ALL = new FlowSelection(null, null, null, null, null, null);

    /** A flow by name. */
    public record Tuple(Protocol protocol, Endpoint client, Endpoint vip) {}
}
