package dev.trigon.dataplane.wire;

import java.util.Arrays;

/**
 * A frame with one sound IP packet in it, dissected step by step without any of the code under test: where things
 * are, and whether the sums add up.
 */
final class ReferenceFrame {
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMP = 1;
    static final int ICMPV6 = 58;

    final byte[] octets;
    final boolean v6;
    final int ipAt;
    final int protocol;
    /** Where the part starts that fragments divide among them. */
    final int fragmentableAt;

    final int transportAt;
    final int end;

    ReferenceFrame(byte[] octets) {
        this.octets = octets;
        int typeAt = 12;
        while (word(typeAt) == 0x8100 || word(typeAt) == 0x88A8) {
            typeAt += 4;
        }
        v6 = word(typeAt) == 0x86DD;
        ipAt = typeAt + 2;
        int at = ipAt + (v6 ? 40 : 4 * (octets[ipAt] & 0x0F));
        int next = octet(ipAt + (v6 ? 6 : 9));
        int behindFragment = at;
        boolean later = false;
        while (v6 && !later && (next == 0 || next == 43 || next == 44 || next == 60)) {
            int length = next == 44 ? 8 : 8 + 8 * octet(at + 1);
            if (next == 44) {
                later = word(at + 2) >>> 3 != 0;
                behindFragment = at + length;
            }
            next = octet(at);
            at += length;
        }
        fragmentableAt = behindFragment;
        protocol = next;
        transportAt = at;
        end = v6 ? ipAt + 40 + word(ipAt + 4) : ipAt + word(ipAt + 2);
    }

    int octet(int at) {
        return octets[at] & 0xFF;
    }

    int word(int at) {
        return octet(at) << 8 | octet(at + 1);
    }

    int sumAt() {
        return transportAt + (protocol == TCP ? 16 : protocol == UDP ? 6 : 2);
    }

    /** Whether there is a sum, and addresses are in it. */
    boolean isSummedWithAddresses() {
        return protocol != ICMP && !(protocol == UDP && word(sumAt()) == 0);
    }

    int pseudoHeader() {
        return ReferenceChecksum.pseudoHeader(octets, ipAt, protocol, end - transportAt);
    }

    /** How far the IP header is from being right: 0 when it is, and in IPv6. */
    int ipError() {
        return v6 ? 0 : ReferenceChecksum.sum(octets, ipAt, 4 * (octets[ipAt] & 0x0F), 0) % 0xFFFF;
    }

    /** How far the transport is from being right: 0 when it is. */
    int transportError() {
        int begun = protocol == ICMP ? 0 : pseudoHeader();
        return ReferenceChecksum.sum(octets, transportAt, end - transportAt, begun) % 0xFFFF;
    }

    /** What a redirect may make of this frame: the named fields changed, and sums taken over from what it did make. */
    byte[] redirected(byte[] destination, int dscp, byte[] after) {
        byte[] expected = octets.clone();
        if (v6) {
            expected[ipAt] = (byte) (0x60 | dscp >>> 2);
            expected[ipAt + 1] = (byte) ((dscp & 3) << 6 | (octets[ipAt + 1] & 0x3F));
            expected[ipAt + 7]--;
            System.arraycopy(destination, 0, expected, ipAt + 24, 16);
        } else {
            expected[ipAt + 1] = (byte) (dscp << 2 | (octets[ipAt + 1] & 3));
            expected[ipAt + 8]--;
            System.arraycopy(destination, 0, expected, ipAt + 16, 4);
            System.arraycopy(after, ipAt + 10, expected, ipAt + 10, 2);
        }
        return expected;
    }

    /** This frame with the transport sum of another. */
    static byte[] withSum(byte[] frame, int sumAt, byte[] of) {
        byte[] copy = Arrays.copyOf(frame, frame.length);
        System.arraycopy(of, sumAt, copy, sumAt, 2);
        return copy;
    }
}
