package dev.trigon.linux.netlink;

import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * RTM_NEWROUTE and its like; linux/rtnetlink.h:
 *
 * <pre>
 * struct rtmsg {
 *     unsigned char rtm_family;
 *     unsigned char rtm_dst_len;
 *     unsigned char rtm_src_len;
 *     unsigned char rtm_tos;
 *     unsigned char rtm_table;
 *     unsigned char rtm_protocol;
 *     unsigned char rtm_scope;
 *     unsigned char rtm_type;
 *     unsigned      rtm_flags;
 * };
 *  0                   1                   2                   3
 * +---------------+---------------+---------------+---------------+
 * |  rtm_family   |  rtm_dst_len  |  rtm_src_len  |    rtm_tos    |
 * +---------------+---------------+---------------+---------------+
 * |   rtm_table   | rtm_protocol  |   rtm_scope   |   rtm_type    |
 * +---------------+---------------+---------------+---------------+
 * |                           rtm_flags                           |
 * +---------------------------------------------------------------+
 * </pre>
 */
final class RouteMessage {
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;

    private static final int FAMILY_OFFSET = 0;
    private static final int DESTINATION_LENGTH_OFFSET = FAMILY_OFFSET + Byte.BYTES;
    private static final int SOURCE_LENGTH_OFFSET = DESTINATION_LENGTH_OFFSET + Byte.BYTES;
    private static final int TOS_OFFSET = SOURCE_LENGTH_OFFSET + Byte.BYTES;
    private static final int TABLE_OFFSET = TOS_OFFSET + Byte.BYTES;
    private static final int PROTOCOL_OFFSET = TABLE_OFFSET + Byte.BYTES;
    private static final int SCOPE_OFFSET = PROTOCOL_OFFSET + Byte.BYTES;
    private static final int TYPE_OFFSET = SCOPE_OFFSET + Byte.BYTES;
    private static final int FLAGS_OFFSET = TYPE_OFFSET + Byte.BYTES;
    private static final int LENGTH = FLAGS_OFFSET + Integer.BYTES;

    static final int RT_TABLE_MAIN = 254;
    /** The number is in an attribute: it may have more than eight bits. */
    private static final int RT_TABLE_UNSPEC = 0;

    private static final int RT_SCOPE_LINK = 253;
    /** In a removal: whatever the scope. */
    private static final int RT_SCOPE_NOWHERE = 255;

    private static final int RTM_F_CLONED = 0x200;
    /** Answer with the route as it stands in the table. */
    private static final int RTM_F_FIB_MATCH = 0x2000;

    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_METRICS = 8;
    private static final int RTA_CACHEINFO = 12;
    private static final int RTA_TABLE = 15;
    private static final int RTA_VIA = 18;
    /** struct rtvia is a family of two octets and an address of that family, which need not be the route's. */
    private static final int VIA_ADDRESS_OFFSET = Short.BYTES;

    /** An attribute within RTA_METRICS. */
    private static final int RTAX_MTU = 2;
    /** struct rta_cacheinfo: __u32 rta_clntref, rta_lastuse, __s32 rta_expires, and more. */
    private static final int CACHEINFO_EXPIRES_OFFSET = 2 * Integer.BYTES;

    private RouteMessage() {}

    /** The body that asks for the main table's routes of one protocol; kernels before 4.20 answer with all routes. */
    static void query(MessageBuilder message, Family family, int protocol) {
        header(message, family, 0, RT_TABLE_MAIN, protocol, 0, 0);
    }

    /** The body that asks which way the kernel would send to this destination. */
    static void lookUp(MessageBuilder message, InetAddress destination) {
        lookUp(message, destination, 0);
    }

    /** The body that asks for the route itself by which the kernel would send there, without what it has learned since. */
    static void lookUpRoute(MessageBuilder message, InetAddress destination) {
        lookUp(message, destination, RTM_F_FIB_MATCH);
    }

    private static void lookUp(MessageBuilder message, InetAddress destination, int flags) {
        Family family = Family.of(destination);
        header(message, family, family.addressBits(), 0, 0, 0, 0, flags).attribute(RTA_DST, destination.getAddress());
    }

    /** The body that adds a blackhole. */
    static void addBlackhole(MessageBuilder message, InetAddress destination, int prefixLength, int protocol) {
        blackhole(message, destination, prefixLength, protocol, 0);
    }

    /** The body that removes a blackhole. */
    static void removeBlackhole(MessageBuilder message, InetAddress destination, int prefixLength, int protocol) {
        blackhole(message, destination, prefixLength, protocol, RT_SCOPE_NOWHERE);
    }

    private static void blackhole(
            MessageBuilder message, InetAddress destination, int prefixLength, int protocol, int scope) {
        int type = Route.Type.BLACKHOLE.code();
        header(message, Family.of(destination), prefixLength, RT_TABLE_MAIN, protocol, scope, type)
                .attribute(RTA_DST, destination.getAddress());
    }

    /** The body that adds or removes a route by an interface, in a table of any number. */
    static void byInterface(MessageBuilder message, TableRoute route) {
        Family family = Family.of(route.destination());
        header(
                        message,
                        family,
                        family.addressBits(),
                        RT_TABLE_UNSPEC,
                        route.protocol(),
                        RT_SCOPE_LINK,
                        Route.Type.UNICAST.code())
                .attribute(RTA_DST, route.destination().getAddress())
                .attribute(RTA_OIF, route.ifIndex())
                .attribute(RTA_TABLE, route.table());
    }

    private static MessageBuilder header(
            MessageBuilder message, Family family, int prefixLength, int table, int protocol, int scope, int type) {
        return header(message, family, prefixLength, table, protocol, scope, type, 0);
    }

    private static MessageBuilder header(
            MessageBuilder message,
            Family family,
            int prefixLength,
            int table,
            int protocol,
            int scope,
            int type,
            int flags) {
        return message.u8(family.code())
                .u8(prefixLength)
                .u8(0)
                .u8(0)
                .u8(table)
                .u8(protocol)
                .u8(scope)
                .u8(type)
                .u32(flags);
    }

    /** Whether it is of the main table: what was asked for has to be checked, as older kernels do not. */
    static boolean inMainTable(NetlinkMessage message) {
        message.require(LENGTH);
        int table = Byte.toUnsignedInt(message.payload().get(TABLE_OFFSET));
        return Attributes.parse(message.payload(), LENGTH).u32(RTA_TABLE, table) == RT_TABLE_MAIN;
    }

    /** A cached copy of a route, as the answer to {@link #lookUp} and some of IPv6's notifications are. */
    static boolean isCopy(NetlinkMessage message) {
        message.require(LENGTH);
        return (message.payload().getInt(FLAGS_OFFSET) & RTM_F_CLONED) != 0;
    }

    /** Null for a family that is neither IPv4 nor IPv6. */
    static @Nullable Route parse(NetlinkMessage message) {
        message.require(LENGTH);
        Family family = Family.ofCode(message.payload().get(FAMILY_OFFSET));
        return family == null ? null : route(message, family);
    }

    private static Route route(NetlinkMessage message, Family family) {
        Attributes attributes = Attributes.parse(message.payload(), LENGTH);
        InetAddress destination = attributes.address(RTA_DST);
        return new Route(
                Route.Type.ofCode(Byte.toUnsignedInt(message.payload().get(TYPE_OFFSET))),
                destination != null ? destination : family.anyAddress(),
                Byte.toUnsignedInt(message.payload().get(DESTINATION_LENGTH_OFFSET)),
                attributes.u32(RTA_OIF, 0),
                gateway(attributes),
                attributes.address(RTA_PREFSRC),
                Byte.toUnsignedInt(message.payload().get(PROTOCOL_OFFSET)),
                mtu(attributes));
    }

    private static int mtu(Attributes attributes) {
        return isLearned(attributes) ? 0 : attributes.nested(RTA_METRICS).u32(RTAX_MTU, 0);
    }

    /** What a route says of its MTU, in the answer to {@link #lookUpRoute}. */
    static int mtuOfRoute(NetlinkMessage message) {
        message.require(LENGTH);
        return Attributes.parse(message.payload(), LENGTH).nested(RTA_METRICS).u32(RTAX_MTU, 0);
    }

    /**
     * Whether this is what the kernel has learned of a path, shown in the place of what its route says. It expires, and is of
     * the way to the destination itself: nothing is forwarded by it (ip_forward_use_pmtu is 0).
     */
    static boolean isLearned(NetlinkMessage message) {
        message.require(LENGTH);
        return isLearned(Attributes.parse(message.payload(), LENGTH));
    }

    private static boolean isLearned(Attributes attributes) {
        return attributes.s32At(RTA_CACHEINFO, CACHEINFO_EXPIRES_OFFSET, 0) != 0;
    }

    private static @Nullable InetAddress gateway(Attributes attributes) {
        byte[] via = attributes.octets(RTA_VIA);
        if (via == null) {
            return attributes.address(RTA_GATEWAY);
        }
        if (via.length < VIA_ADDRESS_OFFSET) {
            throw new MalformedMessageException("RTA_VIA with " + via.length + " octets");
        }
        return Attributes.addressOf(Arrays.copyOfRange(via, VIA_ADDRESS_OFFSET, via.length));
    }
}
