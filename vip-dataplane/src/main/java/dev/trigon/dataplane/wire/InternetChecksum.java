package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * The Internet checksum: RFC 1071 in full, RFC 1624 for a change.
 *
 * <p>A change is by equation 3 of RFC 1624, {@code HC' = ~(~HC + ~m + m')}, with two folds. Equation 4 (and RFC 1141
 * before it) gives 0xFFFF where 0x0000 is right and the other way round, because one's complement has two zeros.
 */
public final class InternetChecksum {
    private InternetChecksum() {}

    /** The sum after one 16-bit word of what it covers has changed. */
    public static int replace16(int checksum, int oldWord, int newWord) {
        int sum = (~checksum & 0xFFFF) + (~oldWord & 0xFFFF) + newWord;
        return ~fold(sum) & 0xFFFF;
    }

    /** The sum after one aligned 32-bit word of what it covers has changed. */
    public static int replace32(int checksum, int oldWord, int newWord) {
        int sum =
                (~checksum & 0xFFFF) + (~oldWord >>> 16) + (~oldWord & 0xFFFF) + (newWord >>> 16) + (newWord & 0xFFFF);
        return ~fold(sum) & 0xFFFF;
    }

    /**
     * The folded sum of the pseudo-header, not complemented: RFC 9293, section 3.1, and RFC 768. This is also what a
     * sender with checksum offload leaves in the checksum field (CHECKSUM_PARTIAL, linux/skbuff.h).
     *
     * @param octets of transport header and payload
     */
    public static int pseudoHeader(int source, int destination, int protocol, int octets) {
        return fold((source >>> 16)
                + (source & 0xFFFF)
                + (destination >>> 16)
                + (destination & 0xFFFF)
                + protocol
                + octets);
    }

    /** The checksum of some octets on top of a sum already begun, complemented and ready to be written. */
    public static int of(ByteBuffer buffer, int at, int octets, int begun) {
        long sum = begun;
        int end = at + octets;
        int i = at;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            long word = buffer.getLong(i);
            sum += (word >>> 32) + (word & 0xFFFF_FFFFL);
        }
        for (; i <= end - Short.BYTES; i += Short.BYTES) {
            sum += Short.toUnsignedInt(buffer.getShort(i));
        }
        if (i < end) {
            sum += Byte.toUnsignedInt(buffer.get(i)) << 8;
        }
        sum = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
        sum = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
        return ~fold((int) (sum >>> 16) + (int) (sum & 0xFFFF)) & 0xFFFF;
    }

    /** Two folds: the first can carry once more. */
    private static int fold(int sum) {
        int once = (sum >>> 16) + (sum & 0xFFFF);
        return (once >>> 16) + (once & 0xFFFF);
    }
}
