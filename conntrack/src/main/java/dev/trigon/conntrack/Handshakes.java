package dev.trigon.conntrack;

/**
 * Which backend a connection was begun with whose client has not answered yet: one worker's, outside the heap, bounded and
 * lossy. A SYN that anybody can send costs a place here and nothing in the {@link FlowTable}.
 *
 * <p>A flood of SYNs would push every handshake out before its client answers. So no more are noted a second than have their
 * place for {@link #HELD_S} seconds, and the rest is for its caller to place in a way that needs no memory.
 */
public final class Handshakes {
    public static final int DEFAULT_ENTRIES = 65_536;
    public static final int NONE = 0;

    /** How long an entry is all but safe, seconds: a client answers after one round trip, or it retransmits. */
    private static final int HELD_S = 3;

    /** An entry can go to eight places alone, so some go before others that are older: half of the table is to spare. */
    private static final int SPARE_FACTOR = 2;

    private static final int WINDOW = 8;

    private static final long MS_PER_SECOND = 1_000;

    private final CacheSlots slots;
    private final RateLimit rate;
    private final int mask;
    private final Count notNoted = new Count();
    private final Count displaced = new Count();

    /** @param entries to make room for; a power of two */
    public Handshakes(int entries) {
        if (Integer.bitCount(entries) != 1 || entries < WINDOW) {
            throw new IllegalArgumentException("entries are not a power of two from " + WINDOW + " on: " + entries);
        }
        this.slots = new CacheSlots(entries);
        this.rate = new RateLimit(Math.max(1, entries / (SPARE_FACTOR * HELD_S)));
        this.mask = entries - 1;
    }

    /** Whether one more may be noted now; if not, that is counted. */
    public boolean permits(long nowMs) {
        boolean permitted = rate.permits(nowMs);
        if (!permitted) {
            notNoted.increment();
        }
        return permitted;
    }

    /** The backend of a handshake that was begun within that time, or {@link #NONE}. */
    public int backendOf(FlowKey key, long timeoutMs, long nowMs) {
        int slot = find(key);
        boolean known = slot >= 0 && nowMs - slots.lastSeenMs(slot) < timeoutMs;
        return known ? slots.backendId(slot) : NONE;
    }

    /** Notes that a client began a connection, and the backend it was given. */
    public void begin(FlowKey key, int backendId, long nowMs) {
        int slot = find(key);
        if (slot < 0) {
            slot = vacate(key, nowMs);
            slots.occupy(slot, key);
        }
        slots.backendId(slot, backendId);
        slots.lastSeenMs(slot, nowMs);
    }

    /** The handshake is done, and its flow remembered elsewhere. */
    public void end(FlowKey key) {
        int slot = find(key);
        if (slot >= 0) {
            slots.free(slot);
        }
    }

    private int find(FlowKey key) {
        long hash = key.hash();
        for (int i = 0; i < WINDOW; i++) {
            int slot = (int) (hash + i) & mask;
            if (slots.holds(slot, key)) {
                return slot;
            }
            if (slots.ports(slot) == CacheSlots.NEVER) {
                return -1;
            }
        }
        return -1;
    }

    /** A place within reach of the key: a free one, or the one that was taken longest ago. */
    private int vacate(FlowKey key, long nowMs) {
        long hash = key.hash();
        int oldest = (int) hash & mask;
        for (int i = 0; i < WINDOW; i++) {
            int slot = (int) (hash + i) & mask;
            if (!slots.isFlow(slot)) {
                return slot;
            }
            if (slots.lastSeenMs(slot) < slots.lastSeenMs(oldest)) {
                oldest = slot;
            }
        }
        if (nowMs - slots.lastSeenMs(oldest) < HELD_S * MS_PER_SECOND) {
            displaced.increment();
        }
        return oldest;
    }

    /** Handshakes beyond the rate. */
    public long notNoted() {
        return notNoted.get();
    }

    /** Handshakes that had to make room for another before their clients had much time to answer. */
    public long displaced() {
        return displaced.get();
    }
}
