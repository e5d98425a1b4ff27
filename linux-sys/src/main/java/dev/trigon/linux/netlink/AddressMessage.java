package dev.trigon.linux.netlink;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * RTM_NEWADDR and its like; linux/if_addr.h:
 *
 * <pre>
 * struct ifaddrmsg {
 *     __u8  ifa_family;
 *     __u8  ifa_prefixlen;
 *     __u8  ifa_flags;       // IFA_F_*
 *     __u8  ifa_scope;       // 0 is global
 *     __u32 ifa_index;
 * };
 *  0                   1                   2                   3
 * +---------------+---------------+---------------+---------------+
 * |  ifa_family   | ifa_prefixlen |   ifa_flags   |   ifa_scope   |
 * +---------------+---------------+---------------+---------------+
 * |                           ifa_index                           |
 * +---------------------------------------------------------------+
 * </pre>
 */
final class AddressMessage {
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;

    private static final int FAMILY_OFFSET = 0;
    private static final int PREFIX_LENGTH_OFFSET = FAMILY_OFFSET + Byte.BYTES;
    private static final int FLAGS_OFFSET = PREFIX_LENGTH_OFFSET + Byte.BYTES;
    private static final int SCOPE_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    private static final int INDEX_OFFSET = SCOPE_OFFSET + Byte.BYTES;
    private static final int LENGTH = INDEX_OFFSET + Integer.BYTES;

    /** Without it an IPv6 address waits for duplicate detection before it can be used; IPv4 has no such thing. */
    private static final int IFA_F_NODAD = 0x02;

    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;

    private AddressMessage() {}

    /** The body that asks for all addresses of a family. */
    static void query(MessageBuilder message, Family family) {
        message.u8(family.code()).u8(0).u8(0).u8(0).u32(0);
    }

    /** The body that names one address, to add or remove it. */
    static void write(MessageBuilder message, InterfaceAddress address) {
        Family family = Family.of(address.address());
        byte[] octets = address.address().getAddress();
        message.u8(family.code())
                .u8(address.prefixLength())
                .u8(family == Family.INET6 ? IFA_F_NODAD : 0)
                .u8(0)
                .u32(address.ifIndex())
                .attribute(IFA_LOCAL, octets)
                .attribute(IFA_ADDRESS, octets);
    }

    /** Null for a family that is neither IPv4 nor IPv6. */
    static @Nullable InterfaceAddress parse(NetlinkMessage message) {
        message.require(LENGTH);
        if (Family.ofCode(message.payload().get(FAMILY_OFFSET)) == null) {
            return null;
        }
        Attributes attributes = Attributes.parse(message.payload(), LENGTH);
        // IFA_ADDRESS is the peer's on a point-to-point link; where IFA_LOCAL is left out (IPv6), it is our own
        InetAddress local = attributes.address(IFA_LOCAL);
        InetAddress own = local != null ? local : attributes.address(IFA_ADDRESS);
        if (own == null) {
            return null;
        }
        return new InterfaceAddress(
                message.payload().getInt(INDEX_OFFSET),
                own,
                Byte.toUnsignedInt(message.payload().get(PREFIX_LENGTH_OFFSET)));
    }
}
