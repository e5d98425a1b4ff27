package dev.trigon.dataplane.port;

import dev.trigon.linux.libc.NativeMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A handful of frames that travel the whole way together, in memory that the kernel sends from. A port fills it; the
 * packet path says for each frame where it leaves, if it leaves; the port sends those and says which it could not.
 *
 * <p>Each frame has a place of its own in one block of memory, unless a port whose frames lie in that block already says where
 * one is: then nothing is copied.
 */
public final class Batch {
    /** Not to be sent. */
    public static final int STAYS = 0;
    /** Sent as it is. */
    public static final int WHOLE = 0;
    /**
     * The longest frame there is: 65,535 octets of IP packet behind Ethernet's header and two tags. A whole and odd number
     * of cache lines, so that the heads of consecutive frames do not all fall into one set of the cache.
     */
    public static final int LARGEST_FRAME = 65_600;

    private final NativeMemory memory;
    private final ByteBuffer frames;
    private final int placesAt;
    private final int frameCapacity;
    private final int[] start;
    private final int[] length;
    private final boolean[] cut;
    private final int[] egress;
    private final int[] segment;
    private final int[] errno;
    private int count;

    public Batch(int capacity, int frameCapacity) {
        this(NativeMemory.allocate(capacity * frameCapacity), 0, capacity, frameCapacity);
    }

    /** @param placesAt where in the memory the frames' own places begin, all the way to its end */
    public Batch(NativeMemory memory, int placesAt, int capacity, int frameCapacity) {
        this.memory = memory;
        this.frames = memory.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
        this.placesAt = placesAt;
        this.frameCapacity = frameCapacity;
        this.start = new int[capacity];
        this.length = new int[capacity];
        this.cut = new boolean[capacity];
        this.egress = new int[capacity];
        this.segment = new int[capacity];
        this.errno = new int[capacity];
    }

    public void clear() {
        count = 0;
    }

    /**
     * Makes room for one more frame at the end. {@link #isFull} says whether there is any.
     *
     * @param octets that will be written there
     * @param wasCut the frame was longer than what is here
     * @return the frame's number
     */
    public int add(int octets, boolean wasCut) {
        return addAt(placesAt + count * frameCapacity, octets, wasCut);
    }

    /**
     * Adds a frame that lies somewhere in the batch's memory.
     *
     * @param at where it begins
     */
    public int addAt(int at, int octets, boolean wasCut) {
        int frame = count++;
        start[frame] = at;
        length[frame] = octets;
        cut[frame] = wasCut;
        egress[frame] = STAYS;
        segment[frame] = WHOLE;
        errno[frame] = 0;
        return frame;
    }

    public int count() {
        return count;
    }

    public int capacity() {
        return length.length;
    }

    public boolean isFull() {
        return count == length.length;
    }

    /** The most octets that a frame has room for in its own place. */
    public int frameCapacity() {
        return frameCapacity;
    }

    /** All frames' memory, big-endian; a frame starts at {@link #at}. */
    public ByteBuffer frames() {
        return frames;
    }

    public int at(int frame) {
        return start[frame];
    }

    /** Takes octets away from the frame's beginning. */
    public void trim(int frame, int octets) {
        start[frame] += octets;
        length[frame] -= octets;
    }

    /** Whether the frames are in this memory. */
    public boolean isIn(NativeMemory block) {
        return memory == block;
    }

    public long address(int frame) {
        return memory.address() + start[frame];
    }

    public int length(int frame) {
        return length[frame];
    }

    public void length(int frame, int octets) {
        length[frame] = octets;
    }

    /** Whether the frame was longer on the wire than what is here. */
    public boolean isCut(int frame) {
        return cut[frame];
    }

    /** The interface by which the frame leaves, or {@link #STAYS}. */
    public int egress(int frame) {
        return egress[frame];
    }

    public void send(int frame, int ifIndex) {
        egress[frame] = ifIndex;
    }

    /** The most octets of TCP payload a frame may leave with, or {@link #WHOLE}. */
    public int segment(int frame) {
        return segment[frame];
    }

    /** Sends a TCP super-packet in several frames, with so many octets of payload each at most. */
    public void sendSegmented(int frame, int ifIndex, int payloadOctets) {
        egress[frame] = ifIndex;
        segment[frame] = payloadOctets;
    }

    /** 0, or why the kernel would not send the frame. */
    public int errno(int frame) {
        return errno[frame];
    }

    public void errno(int frame, int value) {
        errno[frame] = value;
    }
}
