package dev.trigon.conntrack;

/** How long a flow may be idle before it is forgotten, by its state. */
public record FlowTimeouts(long synMs, long establishedMs, long closingMs, long udpMs) {
    public static final FlowTimeouts DEFAULT = new FlowTimeouts(30_000, 900_000, 30_000, 300_000);

    public FlowTimeouts {
        if (Math.min(Math.min(synMs, establishedMs), Math.min(closingMs, udpMs)) <= 0) {
            throw new IllegalArgumentException("a flow timeout is not above 0: " + synMs + ", " + establishedMs + ", "
                    + closingMs + ", " + udpMs + " ms");
        }
    }

    public long idleMs(FlowState state) {
        return switch (state) {
            case SYN -> synMs;
            case ESTABLISHED -> establishedMs;
            case CLOSING -> closingMs;
            case UDP -> udpMs;
        };
    }

    public long shortestMs() {
        return Math.min(Math.min(synMs, establishedMs), Math.min(closingMs, udpMs));
    }

    /** By {@link FlowState#code}. */
    long[] idleMsByCode() {
        long[] idleMs = new long[FlowState.CODES];
        for (FlowState state : FlowState.values()) {
            idleMs[state.code()] = idleMs(state);
        }
        return idleMs;
    }

    /** A clock that was set back makes no flow expire. */
    boolean expired(FlowState state, long lastSeenMs, long nowMs) {
        return nowMs - lastSeenMs >= idleMs(state);
    }
}
