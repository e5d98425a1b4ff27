package dev.trigon.dataplane.port.fault;

import dev.trigon.dataplane.port.Batch;

/**
 * Frames in the order they came, each until it is due. Bounded: by their number and by their octets.
 *
 * <p>The octets are in one ring; a frame lies in it in one piece. What is said of a frame is in a slot, at the same place of
 * each array.
 */
final class DelayLine {
    private static final int SLOTS = 8_192;
    private static final int OCTETS = 8 * 1024 * 1024;
    private static final int MASK = SLOTS - 1;

    private final byte[] octets = new byte[OCTETS];
    private final int[] start = new int[SLOTS];
    private final Frame[] frames = new Frame[SLOTS];
    private int first;
    private int next;

    /** What is said of a frame beside its octets. */
    static final class Frame {
        int length;
        boolean cut;
        int egress;
        int segment;
        /** Where it was in the batch that it came in, or -1. */
        int origin;
        /** How many of those behind it are to come before it; 0 for none. */
        int behind;

        long dueNs;

        void copy(Frame other) {
            length = other.length;
            cut = other.cut;
            egress = other.egress;
            segment = other.segment;
            origin = other.origin;
            behind = other.behind;
            dueNs = other.dueNs;
        }
    }

    DelayLine() {
        for (int slot = 0; slot < SLOTS; slot++) {
            frames[slot] = new Frame();
        }
    }

    int count() {
        return next - first;
    }

    boolean isEmpty() {
        return first == next;
    }

    /** Whether any frame finds room, twice. */
    boolean hasRoomForTwo() {
        return count() < SLOTS - 1 && (isEmpty() || free() >= 3 * Batch.LARGEST_FRAME);
    }

    /** Octets between the last frame's end and the first one's beginning; some at the ring's end may be of no use. */
    private int free() {
        int end = endOfLast();
        int begin = start[first & MASK];
        return end <= begin ? begin - end : OCTETS - end + begin;
    }

    private int endOfLast() {
        int last = (next - 1) & MASK;
        return start[last] + frames[last].length;
    }

    /** Adds a frame. There must be room. The frame's particulars are for the caller to set. */
    Frame add(Batch from, int frame) {
        int length = from.length(frame);
        int at = isEmpty() ? 0 : endOfLast();
        if (at + length > OCTETS) {
            at = 0;
        }
        from.frames().get(from.at(frame), octets, at, length);
        start[next & MASK] = at;
        Frame added = frames[next++ & MASK];
        added.length = length;
        added.cut = from.isCut(frame);
        added.egress = from.egress(frame);
        added.segment = from.segment(frame);
        return added;
    }

    /** Flips one bit of the frame that was added last. */
    void flip(int bit) {
        octets[start[(next - 1) & MASK] + bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
    }

    Frame first() {
        return frames[first & MASK];
    }

    byte[] octets() {
        return octets;
    }

    int firstAt() {
        return start[first & MASK];
    }

    void removeFirst() {
        first++;
    }

    /** The batch they came from is gone. */
    void forgetOrigins() {
        for (int i = first; i != next; i++) {
            frames[i & MASK].origin = -1;
        }
    }
}
