package dev.trigon.linux.netlink;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/** An address family: what differs between IPv4 and IPv6 in rtnetlink, in one place. */
enum Family {
    INET(2, 4, 5, 7),
    INET6(10, 16, 9, 11);

    /** Messages of no address family: links. */
    static final int AF_UNSPEC = 0;

    private final int code;
    private final int addressLength;
    private final int addressGroup;
    private final int routeGroup;

    Family(int code, int addressLength, int addressGroup, int routeGroup) {
        this.code = code;
        this.addressLength = addressLength;
        this.addressGroup = addressGroup;
        this.routeGroup = routeGroup;
    }

    /** The family an address is of. */
    static Family of(InetAddress address) {
        return address instanceof Inet4Address ? INET : INET6;
    }

    /** The family that Java's channels call so. */
    static Family of(ProtocolFamily family) {
        return family == StandardProtocolFamily.INET ? INET : INET6;
    }

    /** As Java's channels call it. */
    ProtocolFamily protocolFamily() {
        return this == INET ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    /** AF_INET or AF_INET6; null for what is neither, such as a bridge's AF_BRIDGE. */
    static @Nullable Family ofCode(int code) {
        for (Family family : values()) {
            if (family.code == code) {
                return family;
            }
        }
        return null;
    }

    int code() {
        return code;
    }

    /** Whether a message is about this family: a kernel without IPv6 answers a question about it with all it has. */
    boolean isOf(NetlinkMessage message) {
        message.require(Byte.BYTES);
        return message.payload().get(0) == code;
    }

    /** The prefix length of one address alone: 32 or 128. */
    int addressBits() {
        return addressLength * Byte.SIZE;
    }

    /** What a default route is a route to. */
    InetAddress anyAddress() {
        return Attributes.addressOf(new byte[addressLength]);
    }

    /** RTNLGRP_IPV4_IFADDR and its sister. */
    int addressGroup() {
        return addressGroup;
    }

    /** RTNLGRP_IPV4_ROUTE and its sister. */
    int routeGroup() {
        return routeGroup;
    }
}
