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
     * The sum after an address has changed, of either family: what IPv6 puts before an IPv4 address ({@link IpAddress})
     * are zeros and one 0xFFFF, which in one's complement is a zero as well.
     */
    public static int replace128(int checksum, long oldHigh, long oldLow, long newHigh, long newLow) {
        long sum = (~checksum & 0xFFFF) + halves(~oldHigh) + halves(~oldLow) + halves(newHigh) + halves(newLow);
        return ~fold(sum) & 0xFFFF;
    }

    /**
     * The folded sum of the pseudo-header, not complemented, of either family: RFC 9293, section 3.1, RFC 768 and RFC
     * 8200, section 8.1, which for equal words is the same sum. This is also what a sender with checksum offload leaves
     * in the checksum field (CHECKSUM_PARTIAL, linux/skbuff.h).
     *
     * @param octets of transport header and payload
     */
    public static int pseudoHeader(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int protocol, int octets) {
        return fold(halves(sourceHigh)
                + halves(sourceLow)
                + halves(destinationHigh)
                + halves(destinationLow)
                + protocol
                + octets);
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
            sum += halves(word);
        }
        for (; i <= end - Short.BYTES; i += Short.BYTES) {
            sum += Short.toUnsignedInt(buffer.getShort(i));
        }
        if (i < end) {
            sum += Byte.toUnsignedInt(buffer.get(i)) << 8;
        }
        return ~fold(sum) & 0xFFFF;
    }

    /** Whether octets that hold their own checksum add up. */
    public static boolean verify(ByteBuffer buffer, int at, int octets, int begun) {
        return of(buffer, at, octets, begun) == 0;
    }

    private static long halves(long word) {
        return (word >>> Integer.SIZE) + (word & 0xFFFF_FFFFL);
    }

    private static int fold(long sum) {
        // 33 bits at most, whose upper and lower part together are 18
        long once = halves(sum);
        return fold((int) (once >>> 16) + (int) (once & 0xFFFF));
    }

    /** Two folds: the first can carry once more. */
    private static int fold(int sum) {
        int once = (sum >>> 16) + (sum & 0xFFFF);
        return (once >>> 16) + (once & 0xFFFF);
    }
}
