package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/**
 * IEEE 802.3, clause 3.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Destination address                      |
 * +                               +-------------------------------+
 * |                               |                               |
 * +-------------------------------+                               +
 * |                        Source address                         |
 * +-------------------------------+-------------------------------+
 * |           EtherType           |
 * +-------------------------------+
 * </pre>
 */
public final class EthernetHeader {
    public static final int DESTINATION_OFFSET = 0;
    private static final int ADDRESS_LENGTH = 6;
    public static final int SOURCE_OFFSET = DESTINATION_OFFSET + ADDRESS_LENGTH;
    public static final int ETHER_TYPE_OFFSET = SOURCE_OFFSET + ADDRESS_LENGTH;
    public static final int LENGTH = ETHER_TYPE_OFFSET + Short.BYTES;

    public static final int TYPE_IPV4 = 0x0800;
    public static final int TYPE_ARP = 0x0806;
    public static final int TYPE_IPV6 = 0x86DD;
    /** A tag by IEEE 802.1Q follows. */
    public static final int TYPE_VLAN = 0x8100;
    /** A provider's tag by IEEE 802.1ad follows. */
    public static final int TYPE_PROVIDER_VLAN = 0x88A8;

    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    /** Where ff02::1 is sent to: RFC 2464, section 7. */
    public static final long ALL_NODES = 0x3333_0000_0001L;

    private static final int IPV6_MULTICAST_SHIFT = 32;
    private static final long IPV6_MULTICAST = ALL_NODES >>> IPV6_MULTICAST_SHIFT;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;

    public EthernetHeader wrap(ByteBuffer frames, int offset) {
        buffer = frames;
        at = offset;
        return this;
    }

    public long destination() {
        return address(buffer, at + DESTINATION_OFFSET);
    }

    public void destination(long mac) {
        address(buffer, at + DESTINATION_OFFSET, mac);
    }

    public long source() {
        return address(buffer, at + SOURCE_OFFSET);
    }

    public void source(long mac) {
        address(buffer, at + SOURCE_OFFSET, mac);
    }

    /** Of what follows at once: in a tagged frame, the tag. */
    public int etherType() {
        return Short.toUnsignedInt(buffer.getShort(at + ETHER_TYPE_OFFSET));
    }

    public void etherType(int type) {
        buffer.putShort(at + ETHER_TYPE_OFFSET, (short) type);
    }

    /** RFC 2464, section 7: 33:33 and the last four octets of the group. */
    public static boolean isIpv6Multicast(long mac) {
        return mac >>> IPV6_MULTICAST_SHIFT == IPV6_MULTICAST;
    }

    static long address(ByteBuffer buffer, int at) {
        return (long) Short.toUnsignedInt(buffer.getShort(at)) << 32
                | Integer.toUnsignedLong(buffer.getInt(at + Short.BYTES));
    }

    static void address(ByteBuffer buffer, int at, long mac) {
        buffer.putShort(at, (short) (mac >>> 32));
        buffer.putInt(at + Short.BYTES, (int) mac);
    }
}
