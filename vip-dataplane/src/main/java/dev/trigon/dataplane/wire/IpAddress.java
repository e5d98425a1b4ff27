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
    private static final int IPV6_LENGTH = 2 * Long.BYTES;

    private IpAddress() {}

    /** The low word of an IPv4 address; its high word is 0. */
    public static long mapped(int ipv4) {
        return MAPPED | Integer.toUnsignedLong(ipv4);
    }

    public static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> Integer.SIZE == MAPPED >>> Integer.SIZE;
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
