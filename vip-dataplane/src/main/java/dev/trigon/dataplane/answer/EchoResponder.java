package dev.trigon.dataplane.answer;

import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.IcmpHeader;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.Packet;

/**
 * Answers an echo request to a VIP in the frame that brought it (RFC 792; RFC 4443, section 4.2). One that comes in fragments
 * is answered fragment by fragment: a reply differs from its request in the addresses, the type and the checksum alone.
 */
public final class EchoResponder {
    /** What became of a request. */
    public enum Outcome {
        ANSWERED,
        /** Beyond the rate. */
        TOO_MANY,
        /** With IP options or extension headers, which are not sent back unread. */
        NOT_PLAIN
    }

    private static final int HOPS = 64;

    private final long ownMac;
    private final RateLimit rate;

    public EchoResponder(long ownMac, int perSecond) {
        this.ownMac = ownMac;
        this.rate = new RateLimit(perSecond);
    }

    /** Turns a request into its reply; the frame is as it was if that is not the outcome. */
    public Outcome answer(Packet packet, long nowMs) {
        if (!packet.hasPlainHeader()) {
            return Outcome.NOT_PLAIN;
        }
        if (!rate.permits(nowMs)) {
            return Outcome.TOO_MANY;
        }
        EthernetHeader ethernet = packet.ethernet();
        ethernet.destination(ethernet.source());
        ethernet.source(ownMac);
        if (packet.isIpv6()) {
            turnRound(packet.ipv6());
        } else {
            turnRound(packet.ipv4());
        }
        if (!packet.isFragment() || packet.isFirstFragment()) {
            reply(packet.icmp(), packet.isIpv6() ? IcmpHeader.V6_ECHO_REPLY : IcmpHeader.ECHO_REPLY);
        }
        return Outcome.ANSWERED;
    }

    /** Where the two addresses are does not matter to a sum; how long it may live does. */
    private static void turnRound(Ipv4Header header) {
        int client = header.source();
        header.source(header.destination());
        header.destination(client);
        int before = header.ttl() << Byte.SIZE | header.protocol();
        int after = HOPS << Byte.SIZE | header.protocol();
        header.ttl(HOPS);
        header.checksum(InternetChecksum.replace16(header.checksum(), before, after));
    }

    private static void turnRound(Ipv6Header header) {
        long clientHigh = header.sourceHigh();
        long clientLow = header.sourceLow();
        header.source(header.destinationHigh(), header.destinationLow());
        header.destination(clientHigh, clientLow);
        header.hopLimit(HOPS);
    }

    private static void reply(IcmpHeader icmp, int type) {
        int before = icmp.type() << Byte.SIZE | icmp.code();
        int after = type << Byte.SIZE | icmp.code();
        icmp.type(type);
        icmp.checksum(InternetChecksum.replace16(icmp.checksum(), before, after));
    }
}
