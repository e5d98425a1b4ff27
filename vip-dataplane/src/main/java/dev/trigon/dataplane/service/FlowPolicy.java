package dev.trigon.dataplane.service;

import org.jspecify.annotations.Nullable;

/**
 * How the flows of a service are remembered.
 *
 * @param affinity null: each flow is placed by itself
 * @param onePacket each datagram is placed by itself, and nothing is remembered: for services like DNS, where a flow is one
 *     question; UDP only, and not with affinity
 * @param whenDown for TCP
 */
public record FlowPolicy(
        TimeoutOverrides timeouts, @Nullable Affinity affinity, boolean onePacket, WhenDown whenDown) {
    public static final FlowPolicy DEFAULT = new FlowPolicy(TimeoutOverrides.NONE, null, false, WhenDown.RESET);
}
