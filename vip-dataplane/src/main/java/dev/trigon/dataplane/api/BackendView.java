package dev.trigon.dataplane.api;

/**
 * A backend as it is, and what it has been given since vipd started.
 *
 * @param state up
 */
public record BackendView(
        String service,
        String name,
        String address,
        int weight,
        String state,
        long activeFlows,
        long packets,
        long bytes) {}
