package dev.trigon.conntrack;

import java.nio.ByteBuffer;

/** Slots of a cache, first come, first served. Room for each slot once, and its user sees to that. */
final class SlotQueue {
    private final ByteBuffer ring;
    private final int mask;
    private int head;
    private int tail;

    /** @param slots a power of two */
    SlotQueue(int slots) {
        ring = ByteBuffer.allocateDirect(slots * Integer.BYTES);
        mask = slots - 1;
    }

    boolean isEmpty() {
        return head == tail;
    }

    void add(int slot) {
        ring.putInt((tail++ & mask) * Integer.BYTES, slot);
    }

    int first() {
        return ring.getInt((head & mask) * Integer.BYTES);
    }

    int removeFirst() {
        int slot = first();
        head++;
        return slot;
    }
}
