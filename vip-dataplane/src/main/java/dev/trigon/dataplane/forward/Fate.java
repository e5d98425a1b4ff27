package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowCache;
import org.jspecify.annotations.Nullable;

/** Where a packet goes, before anything was done to it. Mutable, used again for the next; a datagram's fragments share one. */
final class Fate {
    enum Way {
        /** Not known yet: its first fragment is to come. */
        UNDECIDED,
        TO_BACKEND,
        /** An echo request, answered here. */
        ECHO,
        /** A segment of a connection whose backend is gone: its client is told. */
        RESET,
        /** Left to the kernel. */
        PASS,
        DROP
    }

    private Way way = Way.UNDECIDED;
    private int backendId;
    private int slot;
    private boolean error;
    private @Nullable DropReason reason;

    void undecided() {
        way = Way.UNDECIDED;
    }

    /**
     * To the backend of a flow. Where that was known, the slot is its place in the flow cache until the next look-up there, and
     * the packet is still to be counted.
     */
    void toBackend(int id, int flowSlot) {
        way = Way.TO_BACKEND;
        backendId = id;
        slot = flowSlot;
        error = false;
    }

    /** The same with an ICMP error about a packet of that backend's. */
    void errorToBackend(int id) {
        toBackend(id, FlowCache.MISS);
        error = true;
    }

    void echo() {
        way = Way.ECHO;
    }

    void reset() {
        way = Way.RESET;
    }

    void pass() {
        way = Way.PASS;
    }

    void drop(DropReason why) {
        way = Way.DROP;
        reason = why;
    }

    /** The same for the fragments that follow: their slot of the flow cache may be another's by then. */
    void take(Fate of) {
        way = of.way;
        backendId = of.backendId;
        slot = FlowCache.MISS;
        error = of.error;
        reason = of.reason;
    }

    Way way() {
        return way;
    }

    int backendId() {
        return backendId;
    }

    /** Of the flow that is to count the packet; {@link FlowCache#MISS} where there is none. */
    int slot() {
        return slot;
    }

    /** Whether it is an ICMP error, which of its fragments only the first can tell. */
    boolean isError() {
        return error;
    }

    DropReason reason() {
        return reason == null ? DropReason.FAULT : reason;
    }
}
