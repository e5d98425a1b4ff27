package dev.trigon.conntrack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory for flows outside the heap, one cache line a slot: a {@link FlowCache}'s, or that of {@link Handshakes}.
 *
 * <pre>
 *   0         8      16     24        32       36    37    38         40      44       48     56       64
 *   +---------+------+------+---------+--------+-----+-----+----------+-------+--------+------+--------+
 *   |clientLow|vipLow|ports |lastSeen |backend |state|flags|generation|packets|sequence|bytes |queuedAt|
 *   +---------+------+------+---------+--------+-----+-----+----------+-------+--------+------+--------+
 *
 *   0          8       16      beside it, for IPv6 flows only: IPv4's are 0, and their ports word says so
 *   +----------+-------+
 *   |clientHigh|vipHigh|
 *   +----------+-------+
 * </pre>
 *
 * Packets and bytes are those the table does not know of yet. The sequence number is the next that is expected of a TCP
 * client, where the flags say that it is known. The ports word tells the slots apart: {@link #NEVER} was never
 * used, {@link #FREED} was; both are no flow's.
 */
final class CacheSlots {
    static final int SLOT_LENGTH = 64;

    static final long NEVER = 0;
    static final long FREED = 1L << 63;

    /** The table has this flow. */
    static final int STORED = 1;
    /** Packets and bytes, or the time, are not in the table yet. */
    static final int DIRTY = 1 << 1;
    /** The slot waits in the queue of those to be written behind. */
    static final int QUEUED = 1 << 2;
    /** The sequence number is the client's. */
    static final int SEQUENCED = 1 << 3;

    private static final int CLIENT_LOW_OFFSET = 0;
    private static final int VIP_LOW_OFFSET = CLIENT_LOW_OFFSET + Long.BYTES;
    private static final int PORTS_OFFSET = VIP_LOW_OFFSET + Long.BYTES;
    private static final int LAST_SEEN_OFFSET = PORTS_OFFSET + Long.BYTES;
    private static final int BACKEND_OFFSET = LAST_SEEN_OFFSET + Long.BYTES;
    private static final int STATE_OFFSET = BACKEND_OFFSET + Integer.BYTES;
    private static final int FLAGS_OFFSET = STATE_OFFSET + Byte.BYTES;
    private static final int GENERATION_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    private static final int PACKETS_OFFSET = GENERATION_OFFSET + Short.BYTES;
    private static final int SEQUENCE_OFFSET = PACKETS_OFFSET + Integer.BYTES;
    private static final int BYTES_OFFSET = SEQUENCE_OFFSET + Integer.BYTES;
    private static final int QUEUED_AT_OFFSET = BYTES_OFFSET + Long.BYTES;

    private static final int CLIENT_HIGH_OFFSET = 0;
    private static final int VIP_HIGH_OFFSET = CLIENT_HIGH_OFFSET + Long.BYTES;
    private static final int HIGHS_LENGTH = VIP_HIGH_OFFSET + Long.BYTES;

    private final ByteBuffer memory;
    private final ByteBuffer highs;

    CacheSlots(int slots) {
        memory = aligned(slots, SLOT_LENGTH);
        highs = aligned(slots, HIGHS_LENGTH);
    }

    private static ByteBuffer aligned(int slots, int slotLength) {
        int length = Math.multiplyExact(slots, slotLength);
        return ByteBuffer.allocateDirect(length + SLOT_LENGTH)
                .alignedSlice(SLOT_LENGTH)
                .limit(length)
                .slice()
                .order(ByteOrder.nativeOrder());
    }

    /** Whether the slot holds this flow. */
    boolean holds(int slot, FlowKey key) {
        int at = slot * SLOT_LENGTH;
        return memory.getLong(at + PORTS_OFFSET) == key.ports()
                && memory.getLong(at + CLIENT_LOW_OFFSET) == key.clientLow()
                && memory.getLong(at + VIP_LOW_OFFSET) == key.vipLow()
                && (!key.isIpv6() || hasHighs(slot, key));
    }

    private boolean hasHighs(int slot, FlowKey key) {
        int at = slot * HIGHS_LENGTH;
        return highs.getLong(at + CLIENT_HIGH_OFFSET) == key.clientHigh()
                && highs.getLong(at + VIP_HIGH_OFFSET) == key.vipHigh();
    }

    long ports(int slot) {
        return memory.getLong(slot * SLOT_LENGTH + PORTS_OFFSET);
    }

    /** Only an IPv6 flow's. */
    long clientHigh(int slot) {
        return highs.getLong(slot * HIGHS_LENGTH + CLIENT_HIGH_OFFSET);
    }

    /** Reads the key of the flow a slot holds. */
    FlowKey key(int slot, FlowKey into) {
        int at = slot * SLOT_LENGTH;
        int highsAt = slot * HIGHS_LENGTH;
        long ports = memory.getLong(at + PORTS_OFFSET);
        // what an IPv6 flow left there is no IPv4 flow's
        boolean ipv6 = (ports & FlowKey.IPV6) != 0;
        return into.words(
                ipv6 ? highs.getLong(highsAt + CLIENT_HIGH_OFFSET) : 0,
                memory.getLong(at + CLIENT_LOW_OFFSET),
                ipv6 ? highs.getLong(highsAt + VIP_HIGH_OFFSET) : 0,
                memory.getLong(at + VIP_LOW_OFFSET),
                ports);
    }

    void occupy(int slot, FlowKey key) {
        int at = slot * SLOT_LENGTH;
        memory.putLong(at + CLIENT_LOW_OFFSET, key.clientLow());
        memory.putLong(at + VIP_LOW_OFFSET, key.vipLow());
        memory.putLong(at + PORTS_OFFSET, key.ports());
        if (key.isIpv6()) {
            int highsAt = slot * HIGHS_LENGTH;
            highs.putLong(highsAt + CLIENT_HIGH_OFFSET, key.clientHigh());
            highs.putLong(highsAt + VIP_HIGH_OFFSET, key.vipHigh());
        }
    }

    /** Makes every slot one that was never used. */
    void clear() {
        for (int slot = 0; slot < memory.capacity() / SLOT_LENGTH; slot++) {
            memory.putLong(slot * SLOT_LENGTH + PORTS_OFFSET, NEVER);
        }
    }

    void free(int slot) {
        memory.putLong(slot * SLOT_LENGTH + PORTS_OFFSET, FREED);
    }

    boolean isFlow(int slot) {
        long ports = ports(slot);
        return ports != NEVER && ports != FREED;
    }

    long lastSeenMs(int slot) {
        return memory.getLong(slot * SLOT_LENGTH + LAST_SEEN_OFFSET);
    }

    void lastSeenMs(int slot, long ms) {
        memory.putLong(slot * SLOT_LENGTH + LAST_SEEN_OFFSET, ms);
    }

    int backendId(int slot) {
        return memory.getInt(slot * SLOT_LENGTH + BACKEND_OFFSET);
    }

    void backendId(int slot, int backendId) {
        memory.putInt(slot * SLOT_LENGTH + BACKEND_OFFSET, backendId);
    }

    int stateCode(int slot) {
        return memory.get(slot * SLOT_LENGTH + STATE_OFFSET);
    }

    void state(int slot, FlowState state) {
        memory.put(slot * SLOT_LENGTH + STATE_OFFSET, (byte) state.code());
    }

    int flags(int slot) {
        return memory.get(slot * SLOT_LENGTH + FLAGS_OFFSET);
    }

    void flags(int slot, int flags) {
        memory.put(slot * SLOT_LENGTH + FLAGS_OFFSET, (byte) flags);
    }

    boolean has(int slot, int flag) {
        return (flags(slot) & flag) != 0;
    }

    /** The generation of the table in which it was found there. */
    short generation(int slot) {
        return memory.getShort(slot * SLOT_LENGTH + GENERATION_OFFSET);
    }

    void generation(int slot, short generation) {
        memory.putShort(slot * SLOT_LENGTH + GENERATION_OFFSET, generation);
    }

    int sequence(int slot) {
        return memory.getInt(slot * SLOT_LENGTH + SEQUENCE_OFFSET);
    }

    void sequence(int slot, int sequence) {
        memory.putInt(slot * SLOT_LENGTH + SEQUENCE_OFFSET, sequence);
    }

    int packets(int slot) {
        return memory.getInt(slot * SLOT_LENGTH + PACKETS_OFFSET);
    }

    long bytes(int slot) {
        return memory.getLong(slot * SLOT_LENGTH + BYTES_OFFSET);
    }

    void traffic(int slot, int packets, long bytes) {
        memory.putInt(slot * SLOT_LENGTH + PACKETS_OFFSET, packets);
        memory.putLong(slot * SLOT_LENGTH + BYTES_OFFSET, bytes);
    }

    long queuedAtMs(int slot) {
        return memory.getLong(slot * SLOT_LENGTH + QUEUED_AT_OFFSET);
    }

    void queuedAtMs(int slot, long ms) {
        memory.putLong(slot * SLOT_LENGTH + QUEUED_AT_OFFSET, ms);
    }
}
