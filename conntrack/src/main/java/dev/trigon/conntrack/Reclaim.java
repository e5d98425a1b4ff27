package dev.trigon.conntrack;

/**
 * What has to go when the table is nearly full, the least loss first. A flow that has carried more than its first packet
 * and was not closed is nobody's to take: new flows can be placed by hash alone, old ones can not.
 */
public enum Reclaim {
    /** Connections that are ending or never began, and datagrams that were one: what a flood leaves, mostly. */
    ENDED {
        @Override
        boolean takes(FlowRecord flow, FlowTimeouts limits, long idleMs) {
            return idleMs >= LEAST_IDLE_MS + 2 * limits.writeBehindMs() && hasEnded(flow);
        }
    },
    /** Besides, TCP flows of which one packet was seen, and none for as long as a handshake may take. */
    SINGLE_PACKET {
        @Override
        boolean takes(FlowRecord flow, FlowTimeouts limits, long idleMs) {
            return ENDED.takes(flow, limits, idleMs)
                    || (flow.state() == FlowState.ESTABLISHED
                            && flow.packets() <= 1
                            && idleMs >= limits.synMs() + 2 * limits.writeBehindMs());
        }
    };

    /** On top of what a cache may know and the table not yet: a flow that is being used must not look idle. */
    private static final long LEAST_IDLE_MS = 1_000;

    abstract boolean takes(FlowRecord flow, FlowTimeouts limits, long idleMs);

    private static boolean hasEnded(FlowRecord flow) {
        return switch (flow.state()) {
            case SYN, CLOSING, CLOSED -> true;
            case UDP -> flow.packets() <= 1;
            case ESTABLISHED -> false;
        };
    }
}
