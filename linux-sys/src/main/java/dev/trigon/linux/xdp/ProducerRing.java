package dev.trigon.linux.xdp;

/**
 * A ring that Java fills and the kernel empties: chunks to receive into, or frames to send. For one thread.
 *
 * <p>See that there is {@link #room}, write entries from {@link #next} on, {@link #submit} them: the kernel sees them then, all at once.
 */
public final class ProducerRing extends Ring {
    private static final int NEED_WAKEUP = 1;

    private int producer;
    /** The kernel's counter when it was read last, and the size: up to where there is room. */
    private int roomUntil;

    ProducerRing(Mapping mapping, int size, int entryOctets) {
        super(mapping, size, entryOctets);
        this.producer = producerAcquire();
        this.roomUntil = consumerAcquire() + size;
    }

    /** How many entries there is room for now, if it matters only whether there are so many. */
    public int room(int wanted) {
        int room = roomUntil - producer;
        if (room < wanted) {
            roomUntil = consumerAcquire() + size;
            room = roomUntil - producer;
        }
        return room;
    }

    /** The number of the next entry; the one after it has the next number. There must be room. */
    public int next() {
        return producer;
    }

    /** Of a ring of chunks. */
    public void address(int entry, long address) {
        memory.putLong(entryAt(entry), address);
    }

    /** Of a ring of frames. */
    public void frame(int entry, long address, int octets) {
        int at = entryAt(entry);
        memory.putLong(at + DESC_ADDR_OFFSET, address);
        memory.putInt(at + DESC_LEN_OFFSET, octets);
        memory.putInt(at + DESC_OPTIONS_OFFSET, 0);
    }

    /** Hands so many more entries over to the kernel. */
    public void submit(int entries) {
        producer += entries;
        producerRelease(producer);
    }

    /** Up to where the kernel has taken entries: the number of the first that it has not. */
    public int taken() {
        return consumerAcquire();
    }

    /** Whether the kernel sleeps on this ring until a system call says that there is something in it. */
    public boolean needsWakeup() {
        return (flags() & NEED_WAKEUP) != 0;
    }
}
