package dev.trigon.dataplane.port.pcap;

import dev.trigon.dataplane.port.Batch;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Frames on their way from the packet path to the thread that writes them down. One thread puts, one takes, neither waits
 * for the other; what finds no room is not put.
 *
 * <pre>
 *   0        4            8                16
 *   +--------+------------+----------------+-----------------+
 *   | octets | direction  | time, ns       | frame, padded   |
 *   +--------+------------+----------------+-----------------+
 * </pre>
 *
 * A record lies in one piece. Where the ring's end leaves no room for it, the rest is {@link #SKIPPED}.
 *
 * <p>The putter writes {@code head}, which publishes the records before it; the taker {@code tail}, which gives them back.
 */
final class TraceRing {
    private static final int OCTETS_OFFSET = 0;
    private static final int DIRECTION_OFFSET = OCTETS_OFFSET + Integer.BYTES;
    private static final int TIME_OFFSET = DIRECTION_OFFSET + Integer.BYTES;
    private static final int FRAME_OFFSET = TIME_OFFSET + Long.BYTES;
    private static final int SKIPPED = -1;

    private static final VarHandle HEAD = position("head");
    private static final VarHandle TAIL = position("tail");

    private final ByteBuffer memory;
    private final int mask;

    @SuppressWarnings("UnusedVariable") // through HEAD
    private long head;

    @SuppressWarnings("UnusedVariable") // through TAIL
    private long tail;

    /** @param capacity in octets, a power of two */
    TraceRing(int capacity) {
        if (Integer.bitCount(capacity) != 1 || capacity < FRAME_OFFSET) {
            throw new IllegalArgumentException("not a power of two: " + capacity);
        }
        memory = ByteBuffer.allocateDirect(capacity);
        mask = capacity - 1;
    }

    /** Whether there was room. */
    boolean put(Batch batch, int frame, int direction, long timeNs) {
        int octets = batch.length(frame);
        int length = lengthOf(octets);
        long from = (long) HEAD.get(this);
        int at = (int) from & mask;
        int toEnd = memory.capacity() - at;
        int skip = length > toEnd ? toEnd : 0;
        if (from + skip + length - (long) TAIL.getAcquire(this) > memory.capacity()) {
            return false;
        }
        if (skip > 0) {
            memory.putInt(at + OCTETS_OFFSET, SKIPPED);
            at = 0;
        }
        memory.putInt(at + OCTETS_OFFSET, octets);
        memory.putInt(at + DIRECTION_OFFSET, direction);
        memory.putLong(at + TIME_OFFSET, timeNs);
        memory.put(at + FRAME_OFFSET, batch.frames(), batch.at(frame), octets);
        HEAD.setRelease(this, from + skip + length);
        return true;
    }

    /** Shows the next record to {@code reader}; false if there is none. */
    boolean take(Reader reader) {
        long from = (long) TAIL.get(this);
        if (from == (long) HEAD.getAcquire(this)) {
            return false;
        }
        int at = (int) from & mask;
        if (memory.getInt(at + OCTETS_OFFSET) == SKIPPED) {
            from += memory.capacity() - at;
            at = 0;
        }
        int octets = memory.getInt(at + OCTETS_OFFSET);
        byte[] frame = new byte[octets];
        memory.get(at + FRAME_OFFSET, frame);
        int direction = memory.getInt(at + DIRECTION_OFFSET);
        long timeNs = memory.getLong(at + TIME_OFFSET);
        TAIL.setRelease(this, from + lengthOf(octets));
        reader.read(frame, direction, timeNs);
        return true;
    }

    @FunctionalInterface
    interface Reader {
        void read(byte[] frame, int direction, long timeNs);
    }

    /** So that the next record's words are aligned, and the ring's last octets hold a word. */
    private static int lengthOf(int octets) {
        return (FRAME_OFFSET + octets + Long.BYTES - 1) & -Long.BYTES;
    }

    private static VarHandle position(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(TraceRing.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
