package dev.trigon.dataplane.wire;

import java.util.Arrays;

/**
 * A frame with one sound IP packet in it, dissected step by step without any of the code under test: where things
 * are, and whether the sums add up.
 */
public final class ReferenceFrame {
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMP = 1;
    public static final int ICMPV6 = 58;

    public final byte[] octets;
    public final boolean v6;
    public final int ipAt;
    public final int protocol;
    /** Where the part starts that fragments divide among them. */
    public final int fragmentableAt;

    public final int transportAt;
    public final int end;

    public ReferenceFrame(byte[] octets) {
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

    public int octet(int at) {
        return octets[at] & 0xFF;
    }

    public int word(int at) {
        return octet(at) << 8 | octet(at + 1);
    }

    /** Where in its datagram it begins, in octets: not 0 in a fragment from the middle. */
    public int fragmentOffset() {
        if (v6) {
            return hasFragmentHeader() ? word(fragmentableAt - 6) & 0xFFF8 : 0;
        }
        return (word(ipAt + 6) & 0x1FFF) * 8;
    }

    public boolean moreFragments() {
        return v6 ? hasFragmentHeader() && (word(fragmentableAt - 6) & 1) != 0 : (word(ipAt + 6) & 0x2000) != 0;
    }

    public boolean isFragment() {
        return moreFragments() || fragmentOffset() != 0;
    }

    public boolean hasFragmentHeader() {
        return v6 && fragmentableAt > ipAt + 40;
    }

    public int sumAt() {
        return transportAt + (protocol == TCP ? 16 : protocol == UDP ? 6 : 2);
    }

    /** Whether there is a sum, and addresses are in it. */
    public boolean isSummedWithAddresses() {
        return protocol != ICMP && !(protocol == UDP && word(sumAt()) == 0);
    }

    /** Whether it has a transport header known here: whole, or in its first fragment. */
    public boolean hasTransportHeader() {
        boolean known = protocol == TCP || protocol == UDP || protocol == (v6 ? ICMPV6 : ICMP);
        return known && fragmentOffset() == 0;
    }

    /** What the sum is over: a UDP datagram may end before its packet does. */
    public int summed() {
        return protocol == UDP && !isFragment() ? word(transportAt + 4) : end - transportAt;
    }

    public int pseudoHeader() {
        return ReferenceChecksum.pseudoHeader(octets, ipAt, protocol, summed());
    }

    /** Whether only the pseudo-header has been summed up so far. */
    public boolean isPartial() {
        return hasTransportHeader() && isSummedWithAddresses() && !isFragment() && word(sumAt()) == pseudoHeader();
    }

    /** Puts the right sum in, or in its place what {@link #isPartial} says. */
    public void sum(boolean partial) {
        int begun = protocol == ICMP ? 0 : pseudoHeader();
        word(sumAt(), 0);
        int full = ~ReferenceChecksum.sum(octets, transportAt, summed(), begun) & 0xFFFF;
        word(sumAt(), partial ? begun : full == 0 && protocol == UDP ? 0xFFFF : full);
    }

    /** Makes IPv4's header sum right. */
    public void sumIp() {
        if (!v6) {
            word(ipAt + 10, 0);
            word(ipAt + 10, ~ReferenceChecksum.sum(octets, ipAt, 4 * (octets[ipAt] & 0x0F), 0) & 0xFFFF);
        }
    }

    private void word(int at, int value) {
        octets[at] = (byte) (value >>> 8);
        octets[at + 1] = (byte) value;
    }

    /** How far the IP header is from being right: 0 when it is, and in IPv6. */
    public int ipError() {
        return v6 ? 0 : ReferenceChecksum.sum(octets, ipAt, 4 * (octets[ipAt] & 0x0F), 0) % 0xFFFF;
    }

    /** How far the transport is from being right: 0 when it is, and in ICMP also when there are zeros alone. */
    public int transportError() {
        return transportSum() % 0xFFFF;
    }

    /** Whether a receiver takes the transport's sum for right: RFC 1071, section 1, which zeros alone do not pass. */
    public boolean isTransportRight() {
        return transportSum() == 0xFFFF;
    }

    private int transportSum() {
        return ReferenceChecksum.sum(octets, transportAt, summed(), protocol == ICMP ? 0 : pseudoHeader());
    }

    /** What a redirect may make of this frame: the named fields changed, and sums taken over from what it did make. */
    public byte[] redirected(byte[] destination, int dscp, byte[] after) {
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
    public static byte[] withSum(byte[] frame, int sumAt, byte[] of) {
        byte[] copy = Arrays.copyOf(frame, frame.length);
        System.arraycopy(of, sumAt, copy, sumAt, 2);
        return copy;
    }
}
