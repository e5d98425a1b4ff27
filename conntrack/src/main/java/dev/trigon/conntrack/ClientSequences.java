package dev.trigon.conntrack;

/** How far the clients of a cache's TCP flows have come, slot by slot, as far as their packets told. */
final class ClientSequences {
    private final CacheSlots slots;

    ClientSequences(CacheSlots slots) {
        this.slots = slots;
    }

    /** The state of a flow after a packet of its client's, whose sequence number is noted if it can be the client's. */
    FlowState follow(int slot, FlowState before, int flags, int sequence, int octets) {
        boolean known = slots.has(slot, CacheSlots.SEQUENCED);
        boolean near = known && TcpSequence.isNear(slots.sequence(slot), sequence);
        if ((near || !known) && !TcpTracking.resets(flags)) {
            int end = TcpSequence.end(sequence, flags, octets);
            slots.sequence(slot, known ? TcpSequence.later(slots.sequence(slot), end) : end);
            slots.flags(slot, slots.flags(slot) | CacheSlots.SEQUENCED);
        }
        return TcpTracking.next(before, flags, near);
    }
}
