package dev.trigon.conntrack;

/**
 * Where a client is in its half of a connection, as serial numbers (RFC 9293, section 3.4). The gateway knows no window, since
 * it does not see who announces it; so what is near is a fixed distance: farther than what is in flight of a request, and so
 * small that a guess hits it once in 8,192 times.
 */
final class TcpSequence {
    /** Either way, in octets. */
    static final int NEAR = 1 << 18;

    private TcpSequence() {}

    static boolean isNear(int expected, int sequence) {
        int ahead = sequence - expected;
        return -NEAR <= ahead && ahead <= NEAR;
    }

    /** The octet after the last of a segment: SYN and FIN count as one each. */
    static int end(int sequence, int flags, int octets) {
        int marks = (flags & TcpTracking.SYN) / TcpTracking.SYN + (flags & TcpTracking.FIN);
        return sequence + octets + marks;
    }

    /** The later of two that are near to each other. */
    static int later(int one, int other) {
        return one - other > 0 ? one : other;
    }
}
