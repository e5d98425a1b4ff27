package dev.trigon.conntrack;

/**
 * One worker's flows in front of the {@link FlowTable}. One thread uses it; others may read its counters. A hit touches one
 * cache line of the cache's own memory, two for IPv6, and nothing on this class allocates.
 *
 * <p>What the table is told, and when:
 *
 * <ul>
 *   <li>a new flow, and every change of state: at once;
 *   <li>when a flow was last seen, its packets and bytes: within {@link FlowTimeouts#writeBehindMs}, by {@link #writeBehind},
 *       and within a second by a worker that has nothing else to do.
 * </ul>
 *
 * <p>What the table tells: whoever removes flows from it raises its generation. A flow that was found in an earlier one is
 * looked up there again before it is believed, so that a flush costs each flow one look-up, and no packet a lock.
 */
public final class FlowCache implements AutoCloseable {
    public static final int MISS = -1;

    /** How far from its home a flow may be. */
    private static final int WINDOW = 8;

    /** How long a cache that has time, or that is to be quick, puts off what it writes. */
    static final long SOON_MS = 1_000;

    private final FlowTable table;
    private final FlowTimeouts timeouts;
    private final CacheSlots slots;
    private final ClientSequences sequences;
    private final SlotQueue dirty;
    private final int mask;
    private final long writeBehindMs;
    private int generation;

    @SuppressWarnings("UnusedVariable") // kept, since the compiler leaves out what nobody wants
    private long foreseen;

    private final FlowRecord scratch = new FlowRecord();
    private final FlowKey slotKey = new FlowKey();

    private final Count hits = new Count();
    private final Count misses = new Count();
    private final Count evictions = new Count();
    private final Count tableFull = new Count();

    /** @param entries a power of two */
    public FlowCache(FlowTable table, int entries, FlowTimeouts timeouts) {
        if (Integer.bitCount(entries) != 1 || entries < WINDOW || entries > 1 << 24) {
            throw new IllegalArgumentException(
                    "cache entries are not a power of two from " + WINDOW + " to 2^24: " + entries);
        }
        this.table = table;
        this.timeouts = timeouts;
        this.slots = new CacheSlots(entries);
        this.sequences = new ClientSequences(slots);
        this.dirty = new SlotQueue(entries);
        this.mask = entries - 1;
        this.writeBehindMs = timeouts.writeBehindMs();
        this.generation = table.generation();
    }

    /** Takes notice of flows that were removed from the table by others. To be called now and then, such as once a batch. */
    public void refresh() {
        int now = table.generation();
        if (now != generation) {
            if (now >>> Short.SIZE != generation >>> Short.SIZE) {
                // slots hold only half of a generation's number: none may be mistaken for a later one
                writeAll();
                slots.clear();
            }
            generation = now;
        }
    }

    /** The generation of the table that {@link #refresh} saw last. */
    public int generation() {
        return generation;
    }

    /** Whether the table is nearly full, and should know soon which flows are in use. */
    public boolean isPressed() {
        return table.isPressed();
    }

    /** Whether there is room for a new flow in the table. */
    public boolean hasRoom() {
        return table.size() < table.maxFlows();
    }

    /**
     * The slot of a flow, from here or from the table, or {@link #MISS}. A flow that was idle for too long is none. The slot
     * holds until the next lookup, create, forget or writeBehind.
     *
     * @param limits the timeouts of the flow's service
     */
    public int lookup(FlowKey key, FlowTimeouts limits, long nowMs) {
        int slot = find(key);
        if (slot != MISS && isCurrent(slot) && !expired(slot, limits, nowMs)) {
            hits.increment();
            return slot;
        }
        misses.increment();
        return readThrough(key, slot, limits, nowMs);
    }

    /**
     * Has what the look-ups of these flows will read brought near, all at once, and does not wait for it: a flow met at
     * random is far away, and the processor waits for many in the time that it waits for one. Changes nothing.
     *
     * @param hashes of the keys of flows over IPv4
     */
    public void foresee(long[] hashes, int count) {
        long read = 0;
        for (int i = 0; i < count; i++) {
            read ^= slots.ports(home(hashes[i]));
        }
        foreseen = read;
    }

    /** The same for flows over IPv6, of which more is kept. */
    public void foreseeIpv6(long[] hashes, int count) {
        long read = 0;
        for (int i = 0; i < count; i++) {
            read ^= slots.ports(home(hashes[i])) ^ slots.clientHigh(home(hashes[i]));
        }
        foreseen = read;
    }

    private int home(long hash) {
        return (int) hash & mask;
    }

    private boolean isCurrent(int slot) {
        return slots.generation(slot) == (short) generation;
    }

    private int find(FlowKey key) {
        long hash = key.hash();
        for (int i = 0; i < WINDOW; i++) {
            int slot = (int) (hash + i) & mask;
            if (slots.holds(slot, key)) {
                return slot;
            }
            if (slots.ports(slot) == CacheSlots.NEVER) {
                return MISS;
            }
        }
        return MISS;
    }

    private boolean expired(int slot, FlowTimeouts limits, long nowMs) {
        return limits.expired(state(slot), slots.lastSeenMs(slot), nowMs);
    }

    private int readThrough(FlowKey key, int doubtful, FlowTimeouts limits, long nowMs) {
        if (doubtful != MISS) {
            // idle, yet another worker may have seen it since; or removed by somebody: the table knows
            forget(doubtful);
        }
        if (!table.find(key, scratch) || limits.expired(scratch.state(), scratch.lastSeenMs(), nowMs)) {
            return MISS;
        }
        int backendId = scratch.backendId();
        FlowState state = scratch.state();
        long lastSeenMs = scratch.lastSeenMs();
        int slot = vacate(key.hash(), nowMs);
        occupy(slot, key, backendId, state, lastSeenMs);
        addFlags(slot, CacheSlots.STORED);
        return slot;
    }

    /**
     * Remembers which backend a flow goes to, in place of what was known of it, and counts its first packet, which the table
     * learns of with the flow: of one that stays the only packet there is nothing more to write. If the table is full the flow
     * lives here alone, and the table is asked again when it is written behind.
     *
     * @param octets of its first packet
     */
    public int create(FlowKey key, int backendId, FlowState state, int octets, long nowMs) {
        int slot = find(key);
        if (slot == MISS) {
            slot = vacate(key.hash(), nowMs);
        }
        occupy(slot, key, backendId, state, nowMs);
        slots.traffic(slot, 1, octets);
        if (!store(slot)) {
            markDirty(slot, slots.flags(slot), nowMs);
        }
        return slot;
    }

    /** Gives a flow to another backend, with all that is known of it. */
    public void reassign(int slot, int backendId) {
        flush(slot);
        int from = slots.backendId(slot);
        slots.backendId(slot, backendId);
        if (!slots.has(slot, CacheSlots.STORED)) {
            store(slot);
        } else if (!table.reassign(slots.key(slot, slotKey), from, backendId, scratch)) {
            // removed in the meantime: this packet goes on, the next is a miss
            free(slot);
        }
    }

    /** Makes a flow unknown, here and in the table. */
    public void remove(int slot) {
        table.remove(slots.key(slot, slotKey), scratch);
        free(slot);
    }

    public int backendId(int slot) {
        return slots.backendId(slot);
    }

    public FlowState state(int slot) {
        return FlowState.of(slots.stateCode(slot));
    }

    public long lastSeenMs(int slot) {
        return slots.lastSeenMs(slot);
    }

    /** Counts a packet of a flow, but its first. */
    public void touch(int slot, int octets, long nowMs) {
        slots.lastSeenMs(slot, nowMs);
        slots.traffic(slot, slots.packets(slot) + 1, slots.bytes(slot) + octets);
        int flags = slots.flags(slot);
        if ((flags & CacheSlots.DIRTY) == 0) {
            markDirty(slot, flags, nowMs);
        }
    }

    private void markDirty(int slot, int flags, long nowMs) {
        if ((flags & CacheSlots.QUEUED) == 0) {
            dirty.add(slot);
            slots.queuedAtMs(slot, nowMs);
        }
        slots.flags(slot, flags | CacheSlots.DIRTY | CacheSlots.QUEUED);
    }

    /**
     * Follows a TCP flow by a packet of its client's, and tells the table if the state is another now.
     *
     * @param octets behind the TCP header
     */
    public void follow(int slot, int flags, int sequence, int octets, long nowMs) {
        FlowState before = state(slot);
        FlowState after = sequences.follow(slot, before, flags, sequence, octets);
        if (after != before) {
            state(slot, after, nowMs);
        }
    }

    /** Follows a flow into another state, and tells the table if it is one. */
    public void state(int slot, FlowState state, long nowMs) {
        if (slots.stateCode(slot) == state.code()) {
            return;
        }
        slots.state(slot, state);
        slots.lastSeenMs(slot, nowMs);
        if (!slots.has(slot, CacheSlots.STORED)) {
            store(slot);
        } else if (!update(slot)) {
            // removed in the meantime: this packet goes on, the next is a miss
            free(slot);
        }
    }

    /** Makes the flow unknown here; the table keeps it. */
    public void forget(int slot) {
        flush(slot);
        free(slot);
    }

    /**
     * Brings the table up to date about flows whose packets it was not told of for
     * {@link FlowTimeouts#writeBehindMs}; at most
     * {@code budget} of them. Costs next to nothing when there is nothing to do. Answers how many it wrote.
     */
    public int writeBehind(long nowMs, int budget) {
        return writeOlder(nowMs, budget, writeBehindMs);
    }

    /** The same without putting it off for as long. */
    public int writeSoon(long nowMs, int budget) {
        return writeOlder(nowMs, budget, Math.min(SOON_MS, writeBehindMs));
    }

    private int writeOlder(long nowMs, int budget, long ageMs) {
        int written = 0;
        while (written < budget && !dirty.isEmpty()) {
            int slot = dirty.first();
            if (slots.has(slot, CacheSlots.DIRTY)
                    && nowMs - slots.queuedAtMs(slot) < ageMs
                    && nowMs >= slots.queuedAtMs(slot)) {
                break;
            }
            written += writeFirst();
        }
        return written;
    }

    private int writeFirst() {
        int slot = dirty.removeFirst();
        slots.flags(slot, slots.flags(slot) & ~CacheSlots.QUEUED);
        if (!slots.has(slot, CacheSlots.DIRTY)) {
            return 0;
        }
        if (!flush(slot)) {
            free(slot);
        }
        return 1;
    }

    /** Brings the table up to date about everything. */
    public void writeAll() {
        while (!dirty.isEmpty()) {
            writeFirst();
        }
    }

    @Override
    public void close() {
        writeAll();
    }

    /** False if the table had the flow and has it no more. */
    private boolean flush(int slot) {
        if (!slots.has(slot, CacheSlots.DIRTY) || !slots.isFlow(slot)) {
            return true;
        }
        if (slots.has(slot, CacheSlots.STORED)) {
            return update(slot);
        }
        if (!isCurrent(slot)) {
            // the table was full when it came, and flows were removed since: it may be one of those
            return false;
        }
        store(slot);
        slots.flags(slot, slots.flags(slot) & ~CacheSlots.DIRTY);
        return true;
    }

    private boolean update(int slot) {
        boolean present = table.update(slots.key(slot, slotKey), record(slot));
        written(slot);
        return present;
    }

    /** False: the table has no room for it. */
    private boolean store(int slot) {
        boolean stored = table.put(slots.key(slot, slotKey), record(slot));
        if (stored) {
            written(slot);
            addFlags(slot, CacheSlots.STORED);
        } else {
            tableFull.increment();
        }
        return stored;
    }

    private FlowRecord record(int slot) {
        return scratch.set(
                slots.backendId(slot), state(slot), slots.lastSeenMs(slot), slots.packets(slot), slots.bytes(slot));
    }

    private void written(int slot) {
        slots.traffic(slot, 0, 0);
        slots.flags(slot, slots.flags(slot) & ~CacheSlots.DIRTY);
    }

    /**
     * A slot within reach of a hash that holds no flow, after the one that held it was moved out if need be: first those that
     * are free or were idle for too long, then whoever was seen longest ago.
     */
    private int vacate(long hash, long nowMs) {
        int victim = MISS;
        long victimRank = Long.MAX_VALUE;
        for (int i = 0; i < WINDOW; i++) {
            int slot = (int) (hash + i) & mask;
            if (!slots.isFlow(slot)) {
                return slot;
            }
            long rank = rank(slot, nowMs);
            if (rank < victimRank) {
                victimRank = rank;
                victim = slot;
            }
        }
        flush(victim);
        evictions.increment();
        return victim;
    }

    /** The lower, the sooner it goes. */
    private long rank(int slot, long nowMs) {
        return expired(slot, timeouts, nowMs) ? Long.MIN_VALUE : slots.lastSeenMs(slot);
    }

    private void occupy(int slot, FlowKey key, int backendId, FlowState state, long lastSeenMs) {
        slots.occupy(slot, key);
        slots.lastSeenMs(slot, lastSeenMs);
        slots.backendId(slot, backendId);
        slots.state(slot, state);
        slots.traffic(slot, 0, 0);
        slots.generation(slot, (short) generation);
        // a slot that waits in the queue goes on waiting there, whoever lives in it
        slots.flags(slot, slots.flags(slot) & CacheSlots.QUEUED);
    }

    /** Whoever still holds the slot can go on reading it, and counts for nobody. */
    private void free(int slot) {
        slots.free(slot);
    }

    private void addFlags(int slot, int flags) {
        slots.flags(slot, slots.flags(slot) | flags);
    }

    /** Lookups answered without the table. */
    public long hits() {
        return hits.get();
    }

    /** Lookups that asked the table, whatever it said. */
    public long misses() {
        return misses.get();
    }

    /** Flows that had to make room for another. */
    public long evictions() {
        return evictions.get();
    }

    /** Flows the table had no room for. */
    public long tableFull() {
        return tableFull.get();
    }
}
