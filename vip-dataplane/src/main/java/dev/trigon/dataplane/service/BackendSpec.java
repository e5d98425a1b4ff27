package dev.trigon.dataplane.service;

import java.net.InetAddress;

/**
 * A real server of one service, as configured.
 *
 * @param id given once by this gateway to this server of this service and never given again, so that a remembered flow
 *     can name it; positive
 * @param weight its share of new flows against the other backends' weights; 0: no new flows, existing ones stay
 * @param backup whether it takes new flows only while no other backend can
 */
public record BackendSpec(int id, String name, InetAddress address, int weight, BackendState state, boolean backup) {
    public static final int MAX_WEIGHT = 65_535;
    public static final int DEFAULT_WEIGHT = 100;

    /** Whether its operator wants it to. */
    public boolean takesNewFlows() {
        return state == BackendState.UP && weight > 0;
    }

    /** Whether the flows it has stay with it, as far as its operator goes. */
    public boolean keepsFlows() {
        return state != BackendState.DISABLED;
    }
}
