package dev.trigon.dataplane.wire;

import java.nio.ByteBuffer;

/** An echo request as a host would send it, with nothing in it: RFC 792; RFC 4443, section 4.1. */
public final class EchoRequest {
    /** The longest there is: IPv6's. */
    public static final int LONGEST = Ipv6Header.LENGTH + IcmpHeader.LENGTH;

    private EchoRequest() {}

    /**
     * Writes one, from the IP header on.
     *
     * @param number its identifier, and below that its sequence number
     * @return octets
     */
    public static int write(ByteBuffer octets, int at, IpHeader ip, int number) {
        boolean v6 = ip.isIpv6();
        int protocol = v6 ? Ipv6Header.PROTOCOL_ICMPV6 : Ipv4Header.PROTOCOL_ICMP;
        int header = ip.write(octets, at, protocol, IcmpHeader.LENGTH);
        IcmpHeader icmp = new IcmpHeader().wrap(octets, at + header, v6);
        icmp.type(v6 ? IcmpHeader.V6_ECHO_REQUEST : IcmpHeader.ECHO_REQUEST);
        icmp.code(0);
        icmp.identifier(number >>> Short.SIZE);
        icmp.sequence(number);
        icmp.computeChecksum(IcmpHeader.LENGTH, v6 ? ip.pseudoHeader(protocol, IcmpHeader.LENGTH) : 0);
        return header + IcmpHeader.LENGTH;
    }
}
