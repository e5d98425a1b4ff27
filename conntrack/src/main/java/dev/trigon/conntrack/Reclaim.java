package dev.trigon.conntrack;

/**
 * What has to go when the table is nearly full, the least loss first. A flow that has carried more than its first packet
 * and was not closed is nobody's to take: new flows can be placed by hash alone, old ones can not. What the table says of
 * its flows is to be believed only once the {@link Pressure} has settled.
 */
public enum Reclaim {
    /** Connections that are ending or never began, and datagrams that were one: what a flood leaves, mostly. */
    ENDED {
        @Override
        boolean takes(FlowRecord flow, FlowTimeouts limits, long idleMs) {
            return switch (flow.state()) {
                case SYN, CLOSING, CLOSED -> idleMs >= LEAST_IDLE_MS + GRACE_MS;
                case UDP -> flow.packets() <= 1 && idleMs >= LEAST_IDLE_MS + GRACE_MS;
                case ESTABLISHED -> false;
            };
        }
    },
    /** Besides, TCP flows of which one packet was seen, and none for as long as a handshake may take. */
    SINGLE_PACKET {
        @Override
        boolean takes(FlowRecord flow, FlowTimeouts limits, long idleMs) {
            return ENDED.takes(flow, limits, idleMs)
                    || (flow.state() == FlowState.ESTABLISHED
                            && flow.packets() <= 1
                            && idleMs >= limits.synMs() + GRACE_MS);
        }
    };

    private static final long LEAST_IDLE_MS = 1_000;

    /**
     * What a cache may know and the table not yet, once the {@link Pressure} has settled: what caches put off while the table
     * is nearly full, and what they fall behind in a moment when it is not. For every state: a connection that is closing
     * may still be fetching its last gigabyte, and its packets are told as late as any.
     */
    private static final long GRACE_MS = FlowCache.SOON_MS + Pressure.LONGEST_RELIEF_MS;

    abstract boolean takes(FlowRecord flow, FlowTimeouts limits, long idleMs);
}
