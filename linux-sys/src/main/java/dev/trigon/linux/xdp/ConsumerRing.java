package dev.trigon.linux.xdp;

/**
 * A ring that the kernel fills and Java empties: frames that arrived, or chunks whose frames have been sent. For one thread.
 *
 * <p>{@link #peek} says how many entries there are; they are read by number, from {@link #next} on; {@link #release} gives their
 * places back.
 */
public final class ConsumerRing extends Ring {
    private int consumer;
    /** The kernel's counter when it was read last. */
    private int filledUntil;

    ConsumerRing(Mapping mapping, int size, int entryOctets) {
        super(mapping, size, entryOctets);
        this.consumer = consumerAcquire();
        this.filledUntil = producerAcquire();
    }

    /** How many entries can be read now, up to the number wanted. */
    public int peek(int wanted) {
        int filled = filledUntil - consumer;
        if (filled < wanted) {
            filledUntil = producerAcquire();
            filled = filledUntil - consumer;
        }
        return Math.min(filled, wanted);
    }

    /** The number of the first entry that has not been released. */
    public int next() {
        return consumer;
    }

    /** Of a ring of chunks. */
    public long address(int entry) {
        return memory.getLong(entryAt(entry));
    }

    /** Where the frame begins, of a ring of frames. */
    public long frameAddress(int entry) {
        return memory.getLong(entryAt(entry) + DESC_ADDR_OFFSET);
    }

    public int frameOctets(int entry) {
        return memory.getInt(entryAt(entry) + DESC_LEN_OFFSET);
    }

    public void release(int entries) {
        consumer += entries;
        consumerRelease(consumer);
    }
}
