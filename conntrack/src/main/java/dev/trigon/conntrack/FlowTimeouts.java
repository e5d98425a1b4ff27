package dev.trigon.conntrack;

import java.util.stream.LongStream;

/** How long a flow may be idle before it is forgotten, by its state. */
public record FlowTimeouts(long synMs, long establishedMs, long closingMs, long closedMs, long udpMs) {
    public static final FlowTimeouts DEFAULT = new FlowTimeouts(30_000, 900_000, 30_000, 10_000, 300_000);

    /**
     * What a worker that has much to do puts off. A write costs as much as some packets do, so it is seldom; the timeouts are
     * far longer.
     */
    private static final long LONGEST_WRITE_BEHIND_MS = 10_000;

    public FlowTimeouts {
        if (LongStream.of(synMs, establishedMs, closingMs, closedMs, udpMs).anyMatch(ms -> ms <= 0)) {
            throw new IllegalArgumentException("a flow timeout is not above 0: " + synMs + ", " + establishedMs + ", "
                    + closingMs + ", " + closedMs + ", " + udpMs + " ms");
        }
    }

    public long idleMs(FlowState state) {
        return switch (state) {
            case SYN -> synMs;
            case ESTABLISHED -> establishedMs;
            case CLOSING -> closingMs;
            case CLOSED -> closedMs;
            case UDP -> udpMs;
        };
    }

    /** How long a cache may know of a flow's packets before the table does: seldom enough, and well within the timeouts. */
    public long writeBehindMs() {
        return Math.max(1, Math.min(LONGEST_WRITE_BEHIND_MS, Math.min(establishedMs, udpMs) / 4));
    }

    /** For a cache, which knows every packet. A clock that was set back makes no flow expire. */
    public boolean expired(FlowState state, long lastSeenMs, long nowMs) {
        return nowMs - lastSeenMs >= idleMs(state);
    }

    /**
     * For the table, which may not know yet of a packet that came just in time: it gives a cache that is behind with its
     * writing twice the longest time that it may take, whichever service's timeouts these are.
     */
    boolean expiredForAll(FlowState state, long lastSeenMs, long nowMs) {
        return nowMs - lastSeenMs >= idleMs(state) + 2 * LONGEST_WRITE_BEHIND_MS;
    }
}
