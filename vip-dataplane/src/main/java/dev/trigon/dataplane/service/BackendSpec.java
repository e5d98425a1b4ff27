package dev.trigon.dataplane.service;

import java.net.InetAddress;

/**
 * A real server of one service, as configured.
 *
 * @param id given once by this gateway to this server of this service and never given again, so that a remembered flow
 *     can name it; positive
 * @param weight its share of new flows against the other backends' weights; 0: no new flows, existing ones stay
 */
public record BackendSpec(int id, String name, InetAddress address, int weight, BackendState state) {
    public static final int MAX_WEIGHT = 65_535;
    public static final int DEFAULT_WEIGHT = 100;

    public boolean takesNewFlows() {
        return state == BackendState.UP && weight > 0;
    }

    /** Whether the flows it has stay with it. */
    public boolean keepsFlows() {
        return state != BackendState.DISABLED;
    }

    /** Its weight, as a scheduler is to see it. */
    int effectiveWeight() {
        return state == BackendState.UP ? weight : 0;
    }
}
