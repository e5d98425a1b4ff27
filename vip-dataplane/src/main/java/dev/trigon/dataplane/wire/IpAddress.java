package dev.trigon.dataplane.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Addresses of both families as the packet path holds them: 128 bits in two words, first octet highest. An IPv4 address is
 * held as IPv6 maps it, {@code ::ffff:a.b.c.d} (RFC 4291, section 2.5.5.2), so that one table serves both. No packet may
 * carry a mapped address on the wire ({@link Flaw#BAD_ADDRESS}); so none is mistaken for IPv4.
 */
public final class IpAddress {
    private static final long MAPPED = 0xFFFFL << Integer.SIZE;
    /** ff02::1:ff00:0/104. */
    public static final long SOLICITED_NODE_HIGH = 0xFF02L << 48;

    private static final long SOLICITED_NODE_LOW = 0x1_FF00_0000L;
    private static final int IPV6_LENGTH = 2 * Long.BYTES;

    private IpAddress() {}

    /** The low word of an IPv4 address; its high word is 0. */
    public static long mapped(int ipv4) {
        return MAPPED | Integer.toUnsignedLong(ipv4);
    }

    public static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> Integer.SIZE == MAPPED >>> Integer.SIZE;
    }

    /** ff00::/8 and 224.0.0.0/4: RFC 4291, section 2.7, and RFC 1112, section 4. */
    public static boolean isMulticast(long high, long low) {
        return high >>> 56 == 0xFF || (isIpv4(high, low) && isMulticast((int) low));
    }

    static boolean isMulticast(int ipv4) {
        return ipv4 >>> 28 == 0xE;
    }

    /** Whether it is the group that somebody who looks for some address asks: RFC 4291, section 2.7.1. */
    static boolean isSolicitedNode(long high, long low) {
        return high == SOLICITED_NODE_HIGH && low >>> 24 == SOLICITED_NODE_LOW >>> 24;
    }

    /** The group that somebody who looks for this address asks. Its high word is {@link #SOLICITED_NODE_HIGH}. */
    public static long solicitedNodeLow(long low) {
        return SOLICITED_NODE_LOW | (low & 0xFF_FFFF);
    }

    public static long high(InetAddress address) {
        return address instanceof Inet4Address
                ? 0
                : ByteBuffer.wrap(address.getAddress()).getLong();
    }

    public static long low(InetAddress address) {
        ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address ? mapped(octets.getInt()) : octets.getLong(Long.BYTES);
    }

    public static InetAddress toInetAddress(long high, long low) {
        // getByAddress makes an Inet4Address of a mapped one
        ByteBuffer octets = ByteBuffer.allocate(IPV6_LENGTH).putLong(high).putLong(low);
        try {
            return InetAddress.getByAddress(octets.array());
        } catch (UnknownHostException e) {
            throw new AssertionError("sixteen octets are an address", e);
        }
    }
}
