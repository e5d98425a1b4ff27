package dev.trigon.conntrack;

/**
 * Since when a table is nearly full, and whether the caches have written since then what they owed it. Only then does the
 * table tell a busy flow from an idle one: a flow is stored as it begins and counted later, so that until a cache has
 * written, thousands of packets look like none and the last second like ten seconds ago. A busy cache puts its writing off
 * for up to {@link FlowTimeouts#writeBehindMs}; while the table is nearly full, for {@link FlowCache#SOON_MS}. So what is
 * older than that is written soon after the pressure began, and from then on.
 *
 * <p>One thread uses it, and asks several times within each {@link FlowCache#SOON_MS}.
 */
public final class Pressure {
    /** Twice what the caches take, and once more for those that have very much to write. */
    static final long SETTLED_MS = 3 * FlowCache.SOON_MS;

    /**
     * Room that lasts no longer than this is none: who makes room stops as soon as there is some, and a flood fills it at
     * once. A cache then falls behind by as much again, which {@link Reclaim} makes allowance for.
     */
    static final long LONGEST_RELIEF_MS = FlowCache.SOON_MS;

    private boolean began;
    private long sinceMs;
    private long lastMs;

    /** Whether the table is nearly full, and has been for so long that what it says of its flows can be believed. */
    public boolean hasSettled(boolean pressed, long nowMs) {
        if (!pressed) {
            return false;
        }
        if (!began || nowMs - lastMs > LONGEST_RELIEF_MS) {
            sinceMs = nowMs;
        }
        began = true;
        lastMs = nowMs;
        return nowMs - sinceMs >= SETTLED_MS;
    }
}
