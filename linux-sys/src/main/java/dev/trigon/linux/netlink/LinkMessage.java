package dev.trigon.linux.netlink;

import dev.trigon.linux.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * RTM_NEWLINK and its like; linux/rtnetlink.h, linux/if_link.h:
 *
 * <pre>
 * struct ifinfomsg {
 *     unsigned char  ifi_family;
 *     unsigned char  __ifi_pad;
 *     unsigned short ifi_type;    // ARPHRD_*
 *     int            ifi_index;
 *     unsigned       ifi_flags;   // IFF_*
 *     unsigned       ifi_change;
 * };
 *  0                   1                   2                   3
 * +---------------+---------------+-------------------------------+
 * |  ifi_family   |       0       |           ifi_type            |
 * +---------------+---------------+-------------------------------+
 * |                           ifi_index                           |
 * +---------------------------------------------------------------+
 * |                           ifi_flags                           |
 * +---------------------------------------------------------------+
 * |                           ifi_change                          |
 * +---------------------------------------------------------------+
 * </pre>
 */
final class LinkMessage {
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;

    private static final int FAMILY_OFFSET = 0;
    private static final int TYPE_OFFSET = FAMILY_OFFSET + Short.BYTES;
    private static final int INDEX_OFFSET = TYPE_OFFSET + Short.BYTES;
    private static final int FLAGS_OFFSET = INDEX_OFFSET + Integer.BYTES;
    private static final int CHANGE_OFFSET = FLAGS_OFFSET + Integer.BYTES;
    private static final int LENGTH = CHANGE_OFFSET + Integer.BYTES;

    private static final int ARPHRD_ETHER = 1;
    private static final int IFF_UP = 0x1;
    private static final int IFF_LOOPBACK = 0x8;
    private static final int IFF_LOWER_UP = 0x10000;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINK = 5;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_EXT_MASK = 29;
    /** IFLA_LINK is an index in another namespace. */
    private static final int IFLA_LINK_NETNSID = 37;

    private static final int IFLA_XDP = 43;
    /** Nested in IFLA_XDP: the program's id, one attribute a mode. */
    private static final Map<XdpAttachment.Mode, Integer> IFLA_XDP_PROG_ID =
            Map.of(XdpAttachment.Mode.NATIVE, 5, XdpAttachment.Mode.GENERIC, 6, XdpAttachment.Mode.OFFLOADED, 7);

    private static final int RTEXT_FILTER_SKIP_STATS = 1 << 3;

    /** Nested in IFLA_LINKINFO. */
    private static final int IFLA_INFO_KIND = 1;

    private static final int IFLA_INFO_DATA = 2;
    /** Nested in a VLAN's IFLA_INFO_DATA. */
    private static final int IFLA_VLAN_ID = 1;

    private LinkMessage() {}

    /** The body that asks for all links. */
    static void query(MessageBuilder message) {
        header(message).attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }

    /** The body that asks for one link. */
    static void query(MessageBuilder message, String name) {
        header(message).attribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS).attribute(IFLA_IFNAME, name);
    }

    /** The body that gives a link its MTU and brings it up. */
    static void bringUp(MessageBuilder message, int ifIndex, int mtu) {
        header(message, ifIndex, IFF_UP).attribute(IFLA_MTU, mtu);
    }

    private static MessageBuilder header(MessageBuilder message) {
        return header(message, 0, 0);
    }

    private static MessageBuilder header(MessageBuilder message, int ifIndex, int flagsToSet) {
        return message.u8(Family.AF_UNSPEC)
                .u8(0)
                .u16(0)
                .u32(ifIndex)
                .u32(flagsToSet)
                .u32(flagsToSet);
    }

    /** Null for what speaks of something else than the link itself: a bridge reports its ports in the same messages. */
    static @Nullable Link parse(NetlinkMessage message) {
        message.require(LENGTH);
        if (message.payload().get(FAMILY_OFFSET) != Family.AF_UNSPEC) {
            return null;
        }
        Attributes attributes = Attributes.parse(message.payload(), LENGTH);
        String name = attributes.string(IFLA_IFNAME);
        if (name == null) {
            return null;
        }
        boolean ethernet = message.payload().getShort(TYPE_OFFSET) == ARPHRD_ETHER;
        int flags = message.payload().getInt(FLAGS_OFFSET);
        return new Link(
                message.payload().getInt(INDEX_OFFSET),
                name,
                ethernet ? mac(attributes.octets(IFLA_ADDRESS)) : null,
                attributes.u32(IFLA_MTU, 0),
                (flags & IFF_UP) != 0,
                (flags & IFF_LOWER_UP) != 0,
                (flags & IFF_LOOPBACK) != 0,
                place(attributes));
    }

    private static Link.Place place(Attributes attributes) {
        Attributes info = attributes.nested(IFLA_LINKINFO);
        String kind = info.string(IFLA_INFO_KIND);
        boolean vlan = "vlan".equals(kind);
        return new Link.Place(
                attributes.has(IFLA_LINK_NETNSID) ? 0 : attributes.u32(IFLA_LINK, 0),
                attributes.u32(IFLA_MASTER, 0),
                kind == null ? "" : kind,
                vlan ? info.nested(IFLA_INFO_DATA).u16(IFLA_VLAN_ID, 0) : 0);
    }

    /** The XDP programs that a link has: one a mode at most. */
    static List<XdpAttachment> parseXdp(NetlinkMessage message) {
        message.require(LENGTH);
        Attributes xdp = Attributes.parse(message.payload(), LENGTH).nested(IFLA_XDP);
        return Stream.of(XdpAttachment.Mode.values())
                .map(mode -> new XdpAttachment(mode, xdp.u32(IFLA_XDP_PROG_ID.getOrDefault(mode, 0), 0)))
                .filter(attachment -> attachment.programId() != 0)
                .toList();
    }

    /** A link-layer address, where it is an Ethernet one. */
    static @Nullable MacAddress mac(byte @Nullable [] octets) {
        if (octets == null || octets.length != MacAddress.LENGTH) {
            return null;
        }
        long value = 0;
        for (byte octet : octets) {
            value = value << Byte.SIZE | Byte.toUnsignedLong(octet);
        }
        return new MacAddress(value);
    }
}
