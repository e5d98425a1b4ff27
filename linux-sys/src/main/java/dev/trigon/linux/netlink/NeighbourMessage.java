package dev.trigon.linux.netlink;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * RTM_NEWNEIGH and its like; linux/neighbour.h:
 *
 * <pre>
 * struct ndmsg {
 *     __u8  ndm_family;
 *     __u8  ndm_pad1;
 *     __u16 ndm_pad2;
 *     __s32 ndm_ifindex;
 *     __u16 ndm_state;     // NUD_*
 *     __u8  ndm_flags;     // NTF_*
 *     __u8  ndm_type;
 * };
 *  0                   1                   2                   3
 * +---------------+---------------+-------------------------------+
 * |  ndm_family   |       0       |               0               |
 * +---------------+---------------+-------------------------------+
 * |                          ndm_ifindex                          |
 * +-------------------------------+---------------+---------------+
 * |           ndm_state           |   ndm_flags   |   ndm_type    |
 * +-------------------------------+---------------+---------------+
 * </pre>
 */
final class NeighbourMessage {
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_GETNEIGH = 30;

    private static final int FAMILY_OFFSET = 0;
    private static final int IF_INDEX_OFFSET = FAMILY_OFFSET + Integer.BYTES;
    private static final int STATE_OFFSET = IF_INDEX_OFFSET + Integer.BYTES;
    private static final int FLAGS_OFFSET = STATE_OFFSET + Short.BYTES;
    private static final int TYPE_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    private static final int LENGTH = TYPE_OFFSET + Byte.BYTES;

    /** Behave as if a packet had just been sent to it: resolve it, or check that it still is there. */
    private static final int NTF_USE = 0x01;

    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;

    private NeighbourMessage() {}

    /** The body that asks for all neighbours of a family. */
    static void query(MessageBuilder message, Family family) {
        header(message, family, 0, 0);
    }

    /** The body that asks for one neighbour. */
    static void query(MessageBuilder message, int ifIndex, InetAddress address) {
        header(message, Family.of(address), ifIndex, 0).attribute(NDA_DST, address.getAddress());
    }

    /** The body that has the kernel resolve a neighbour. */
    static void use(MessageBuilder message, int ifIndex, InetAddress address) {
        header(message, Family.of(address), ifIndex, NTF_USE).attribute(NDA_DST, address.getAddress());
    }

    private static MessageBuilder header(MessageBuilder message, Family family, int ifIndex, int flags) {
        return message.u8(family.code())
                .u8(0)
                .u16(0)
                .u32(ifIndex)
                .u16(0)
                .u8(flags)
                .u8(0);
    }

    /** Null for what is neither IPv4's nor IPv6's: bridges list their forwarding entries in the same messages. */
    static @Nullable Neighbour parse(NetlinkMessage message) {
        message.require(LENGTH);
        if (Family.ofCode(message.payload().get(FAMILY_OFFSET)) == null) {
            return null;
        }
        Attributes attributes = Attributes.parse(message.payload(), LENGTH);
        InetAddress address = attributes.address(NDA_DST);
        if (address == null) {
            return null;
        }
        return new Neighbour(
                message.payload().getInt(IF_INDEX_OFFSET),
                address,
                LinkMessage.mac(attributes.octets(NDA_LLADDR)),
                Neighbour.State.ofCode(Short.toUnsignedInt(message.payload().getShort(STATE_OFFSET))));
    }
}
