package dev.trigon.linux.netlink;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A route, or the way the kernel would take to one destination.
 *
 * @param ifIndex 0 where the route leaves by no one interface: a blackhole, or one with several next hops
 * @param gateway null where the destination is on the link itself
 * @param preferredSource the source address the kernel would choose; null where the route does not say
 * @param protocol who made it: RTPROT_*, see /etc/iproute2/rt_protos
 * @param mtu what an operator wrote down that this way carries; 0 where the route does not say
 */
public record Route(
        Type type,
        InetAddress destination,
        int prefixLength,
        int ifIndex,
        @Nullable InetAddress gateway,
        @Nullable InetAddress preferredSource,
        int protocol,
        int mtu) {

    Route withMtu(int octets) {
        return new Route(type, destination, prefixLength, ifIndex, gateway, preferredSource, protocol, octets);
    }

    /** rtm_type; linux/rtnetlink.h, RTN_*. */
    public enum Type {
        UNSPECIFIED(0),
        UNICAST(1),
        LOCAL(2),
        BROADCAST(3),
        ANYCAST(4),
        MULTICAST(5),
        BLACKHOLE(6),
        UNREACHABLE(7),
        PROHIBIT(8),
        THROW(9),
        /** What this does not know. */
        OTHER(-1);

        private static final Type[] VALUES = values();

        private final int code;

        Type(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Type ofCode(int code) {
            for (Type type : VALUES) {
                if (type.code == code) {
                    return type;
                }
            }
            return OTHER;
        }
    }
}
