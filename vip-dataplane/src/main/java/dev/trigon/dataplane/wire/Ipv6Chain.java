package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * The walk over IPv6's extension headers to the upper layer: RFC 8200, section 4. Of each header only what leads on is
 * read; its options are the destination's affair. Three of the four known here share a beginning, the fragment header
 * ({@link FragmentHeader}) has one of its own.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |  Next header  |  Hdr ext len  | Routing type  | Segments left |  options in place of the last two,
 * +---------------+---------------+---------------+---------------+  unless it is a routing header
 * </pre>
 *
 * <p>What is not known here (AH, ESP, "no next header" and all to come) counts as the upper layer.
 */
final class Ipv6Chain {
    static final int HOP_BY_HOP = 0;
    static final int ROUTING = 43;
    static final int FRAGMENT = 44;
    static final int DESTINATION_OPTIONS = 60;

    /** More than any sender has use for. Without a bound a packet of 64 KiB holds 8,191 of them. */
    static final int MOST = 8;

    private static final int NEXT_HEADER_OFFSET = 0;
    private static final int EXTENSION_LENGTH_OFFSET = NEXT_HEADER_OFFSET + Byte.BYTES;
    private static final int ROUTING_TYPE_OFFSET = EXTENSION_LENGTH_OFFSET + Byte.BYTES;
    private static final int SEGMENTS_LEFT_OFFSET = ROUTING_TYPE_OFFSET + Byte.BYTES;

    /** The unit of header lengths, and the shortest header. */
    private static final int UNIT = 8;

    private static final int SOURCE_ROUTE = 0;
    private static final int NOWHERE = -1;

    private int protocol;
    private int upperAt;
    private int fragmentAt = NOWHERE;

    /**
     * Walks to the upper layer, or in a fragment other than the first to what the fragment carries.
     *
     * @param first the IPv6 header's next header
     * @param at where that is
     * @param end where the packet, or what is there of it, ends
     * @return TRUNCATED when the chain goes on beyond the end
     */
    Flaw walk(ByteBuffer buffer, int first, int at, int end) {
        protocol = first;
        upperAt = at;
        fragmentAt = NOWHERE;
        for (int headers = 0; isExtension(protocol); headers++) {
            if (headers == MOST) {
                return Flaw.BAD_EXTENSION_HEADERS;
            }
            if (end - upperAt < UNIT) {
                return Flaw.TRUNCATED;
            }
            if (protocol == FRAGMENT) {
                if (fragmentAt != NOWHERE) {
                    return Flaw.BAD_EXTENSION_HEADERS;
                }
                fragmentAt = upperAt;
                step(buffer, UNIT);
                if (FragmentHeader.offset(buffer, fragmentAt) != 0) {
                    // what follows is from the middle of something
                    return Flaw.NONE;
                }
                continue;
            }
            int length = (Byte.toUnsignedInt(buffer.get(upperAt + EXTENSION_LENGTH_OFFSET)) + 1) * UNIT;
            if (length > end - upperAt) {
                return Flaw.TRUNCATED;
            }
            if ((protocol == HOP_BY_HOP && headers > 0) || (protocol == ROUTING && !isTravelled(buffer))) {
                return Flaw.BAD_EXTENSION_HEADERS;
            }
            step(buffer, length);
        }
        return Flaw.NONE;
    }

    private static boolean isExtension(int number) {
        return number == HOP_BY_HOP || number == ROUTING || number == FRAGMENT || number == DESTINATION_OPTIONS;
    }

    private void step(ByteBuffer buffer, int length) {
        protocol = Byte.toUnsignedInt(buffer.get(upperAt + NEXT_HEADER_OFFSET));
        upperAt += length;
    }

    /**
     * Whether a routing header has nowhere left to send the packet. With segments left the VIP is a stop on the way: the
     * destination in the pseudo-header is another than the IPv6 header's (RFC 8200, section 8.1), and to go there is what
     * the packet asks of the VIP, which routes nothing. Type 0 is bad in any case: RFC 5095.
     */
    private boolean isTravelled(ByteBuffer buffer) {
        return buffer.get(upperAt + SEGMENTS_LEFT_OFFSET) == 0
                && buffer.get(upperAt + ROUTING_TYPE_OFFSET) != SOURCE_ROUTE;
    }

    /** The upper layer's, or the number of what a fragment from the middle carries a part of. */
    int protocol() {
        return protocol;
    }

    int upperAt() {
        return upperAt;
    }

    boolean hasFragmentHeader() {
        return fragmentAt != NOWHERE;
    }

    int fragmentAt() {
        return fragmentAt;
    }
}
