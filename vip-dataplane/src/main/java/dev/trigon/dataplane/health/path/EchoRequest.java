package dev.trigon.dataplane.health.path;

import dev.trigon.dataplane.wire.IcmpHeader;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** An echo request as a host would send it, with nothing in it: RFC 792; RFC 4443, section 4.1. */
final class EchoRequest {
    /** The longest there is: IPv6's. */
    static final int LONGEST = Ipv6Header.LENGTH + IcmpHeader.LENGTH;

    private static final int HOPS = 64;

    private EchoRequest() {}

    /**
     * Writes one, from the IP header on; both addresses are of one family.
     *
     * @return octets
     */
    static int write(ByteBuffer octets, int at, InetAddress from, InetAddress to, int number) {
        boolean v6 = to instanceof Inet6Address;
        int header = v6 ? writeIpv6(octets, at, from, to) : writeIpv4(octets, at, from, to);
        IcmpHeader icmp = new IcmpHeader().wrap(octets, at + header, v6);
        icmp.type(v6 ? IcmpHeader.V6_ECHO_REQUEST : IcmpHeader.ECHO_REQUEST);
        icmp.code(0);
        icmp.identifier(number >>> Short.SIZE);
        icmp.sequence(number & 0xFFFF);
        icmp.computeChecksum(IcmpHeader.LENGTH, v6 ? pseudoHeader(from, to) : 0);
        return header + IcmpHeader.LENGTH;
    }

    private static int writeIpv4(ByteBuffer octets, int at, InetAddress from, InetAddress to) {
        Ipv4Header ip = new Ipv4Header().wrap(octets, at);
        ip.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        ip.trafficClass(0);
        ip.totalLength(Ipv4Header.MIN_LENGTH + IcmpHeader.LENGTH);
        // RFC 6864, section 4.1: what may not be fragmented needs none
        ip.identification(0);
        ip.fragment(Ipv4Header.DONT_FRAGMENT);
        ip.ttl(HOPS);
        ip.protocol(Ipv4Header.PROTOCOL_ICMP);
        ip.source((int) IpAddress.low(from));
        ip.destination((int) IpAddress.low(to));
        ip.computeChecksum();
        return Ipv4Header.MIN_LENGTH;
    }

    private static int writeIpv6(ByteBuffer octets, int at, InetAddress from, InetAddress to) {
        Ipv6Header ip = new Ipv6Header().wrap(octets, at);
        ip.versionClassAndLabel(0, 0);
        ip.payloadLength(IcmpHeader.LENGTH);
        ip.nextHeader(Ipv6Header.PROTOCOL_ICMPV6);
        ip.hopLimit(HOPS);
        ip.source(IpAddress.high(from), IpAddress.low(from));
        ip.destination(IpAddress.high(to), IpAddress.low(to));
        return Ipv6Header.LENGTH;
    }

    private static int pseudoHeader(InetAddress from, InetAddress to) {
        return InternetChecksum.pseudoHeader(
                IpAddress.high(from),
                IpAddress.low(from),
                IpAddress.high(to),
                IpAddress.low(to),
                Ipv6Header.PROTOCOL_ICMPV6,
                IcmpHeader.LENGTH);
    }
}
