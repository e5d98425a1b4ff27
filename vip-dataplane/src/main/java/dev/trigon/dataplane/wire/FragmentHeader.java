package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * RFC 8200, section 4.5.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------+---+-+
 * |  Next header  |   Reserved    |     Fragment offset     |Res|M|
 * +---------------+---------------+-------------------------+---+-+
 * |                        Identification                         |
 * +---------------------------------------------------------------+
 * </pre>
 */
final class FragmentHeader {
    private static final int NEXT_HEADER_OFFSET = 0;
    private static final int RESERVED_OFFSET = NEXT_HEADER_OFFSET + Byte.BYTES;
    private static final int OFFSET_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    private static final int IDENTIFICATION_OFFSET = OFFSET_OFFSET + Short.BYTES;
    static final int LENGTH = IDENTIFICATION_OFFSET + Integer.BYTES;

    /** The offset counts units of eight octets in the upper thirteen bits: masked, it is in octets. */
    private static final int OFFSET_MASK = 0xFFF8;

    private static final int MORE_FRAGMENTS = 0x0001;

    private FragmentHeader() {}

    /** In octets. */
    static int offset(ByteBuffer buffer, int at) {
        return buffer.getShort(at + OFFSET_OFFSET) & OFFSET_MASK;
    }

    static boolean moreFragments(ByteBuffer buffer, int at) {
        return (buffer.getShort(at + OFFSET_OFFSET) & MORE_FRAGMENTS) != 0;
    }

    static int identification(ByteBuffer buffer, int at) {
        return buffer.getInt(at + IDENTIFICATION_OFFSET);
    }
}
