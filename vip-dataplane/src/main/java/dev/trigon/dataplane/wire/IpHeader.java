package dev.trigon.dataplane.wire;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * The IP header of what the gateway sends as a host would, of either family: without options, never to be fragmented.
 *
 * @param from of one family with {@code to}
 * @param hops that it has to go
 */
public record IpHeader(InetAddress from, InetAddress to, int hops) {
    public boolean isIpv6() {
        return to instanceof Inet6Address;
    }

    /**
     * Writes it.
     *
     * @param payload octets
     * @return its own octets
     */
    public int write(ByteBuffer octets, int at, int protocol, int payload) {
        return isIpv6() ? writeIpv6(octets, at, protocol, payload) : writeIpv4(octets, at, protocol, payload);
    }

    private int writeIpv4(ByteBuffer octets, int at, int protocol, int payload) {
        Ipv4Header ip = new Ipv4Header().wrap(octets, at);
        ip.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        ip.trafficClass(0);
        ip.totalLength(Ipv4Header.MIN_LENGTH + payload);
        // RFC 6864, section 4.1: what may not be fragmented needs none
        ip.identification(0);
        ip.fragment(Ipv4Header.DONT_FRAGMENT);
        ip.ttl(hops);
        ip.protocol(protocol);
        ip.source((int) IpAddress.low(from));
        ip.destination((int) IpAddress.low(to));
        ip.computeChecksum();
        return Ipv4Header.MIN_LENGTH;
    }

    private int writeIpv6(ByteBuffer octets, int at, int protocol, int payload) {
        Ipv6Header ip = new Ipv6Header().wrap(octets, at);
        ip.versionClassAndLabel(0, 0);
        ip.payloadLength(payload);
        ip.nextHeader(protocol);
        ip.hopLimit(hops);
        ip.source(IpAddress.high(from), IpAddress.low(from));
        ip.destination(IpAddress.high(to), IpAddress.low(to));
        return Ipv6Header.LENGTH;
    }

    /** As {@link InternetChecksum#pseudoHeader}, of these addresses. */
    public int pseudoHeader(int protocol, int payload) {
        return InternetChecksum.pseudoHeader(
                IpAddress.high(from), IpAddress.low(from), IpAddress.high(to), IpAddress.low(to), protocol, payload);
    }
}
