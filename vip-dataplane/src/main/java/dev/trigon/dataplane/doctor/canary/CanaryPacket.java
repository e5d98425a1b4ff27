package dev.trigon.dataplane.doctor.canary;

import dev.trigon.dataplane.wire.IcmpHeader;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.TcpHeader;
import java.net.Inet6Address;
import java.nio.ByteBuffer;

/**
 * Writes canaries, from the IP header on. Each has a number of 32 bits, which whatever answers it repeats: the sequence number of a
 * SYN, the identifier and sequence number of an echo request.
 */
final class CanaryPacket {
    static final int LONGEST = Ipv6Header.LENGTH + TcpHeader.MIN_LENGTH;

    private static final int WINDOW = 65_535;

    private final ByteBuffer octets;
    private final int at;
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final IcmpHeader icmp = new IcmpHeader();
    private final TcpHeader tcp = new TcpHeader();

    CanaryPacket(ByteBuffer octets, int at) {
        this.octets = octets;
        this.at = at;
    }

    /** Answers its length. */
    int writeQuestion(Canary canary, int number, int ownPort) {
        return canary.isEcho() ? writeEcho(canary, number) : writeTcp(canary, TcpHeader.SYN, number, ownPort);
    }

    /** An RST by which a server that has answered the SYN of this number, or is about to, forgets it. Answers its length. */
    int writeEnd(Canary canary, int number, int ownPort) {
        return writeTcp(canary, TcpHeader.RST, number + 1, ownPort);
    }

    private int writeEcho(Canary canary, int number) {
        boolean v6 = isIpv6(canary);
        int protocol = v6 ? Ipv6Header.PROTOCOL_ICMPV6 : Ipv4Header.PROTOCOL_ICMP;
        int header = writeIp(canary, protocol, IcmpHeader.LENGTH);
        icmp.wrap(octets, at + header, v6);
        icmp.type(v6 ? IcmpHeader.V6_ECHO_REQUEST : IcmpHeader.ECHO_REQUEST);
        icmp.code(0);
        icmp.identifier(number >>> Short.SIZE);
        icmp.sequence(number);
        icmp.computeChecksum(IcmpHeader.LENGTH, v6 ? pseudoHeader(canary, protocol, IcmpHeader.LENGTH) : 0);
        return header + IcmpHeader.LENGTH;
    }

    private int writeTcp(Canary canary, int flags, int sequence, int ownPort) {
        int header = writeIp(canary, Ipv4Header.PROTOCOL_TCP, TcpHeader.MIN_LENGTH);
        tcp.wrap(octets, at + header);
        tcp.sourcePort(ownPort);
        tcp.destinationPort(canary.port());
        tcp.sequence(sequence);
        tcp.acknowledgment(0);
        tcp.headerLength(TcpHeader.MIN_LENGTH);
        tcp.flags(flags);
        tcp.window(WINDOW);
        tcp.urgent(0);
        tcp.computeChecksum(pseudoHeader(canary, Ipv4Header.PROTOCOL_TCP, TcpHeader.MIN_LENGTH));
        return header + TcpHeader.MIN_LENGTH;
    }

    private int writeIp(Canary canary, int protocol, int payload) {
        return isIpv6(canary) ? writeIpv6(canary, protocol, payload) : writeIpv4(canary, protocol, payload);
    }

    private int writeIpv4(Canary canary, int protocol, int payload) {
        ipv4.wrap(octets, at);
        ipv4.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        ipv4.trafficClass(0);
        ipv4.totalLength(Ipv4Header.MIN_LENGTH + payload);
        ipv4.identification(0);
        ipv4.fragment(Ipv4Header.DONT_FRAGMENT);
        ipv4.ttl(canary.hops());
        ipv4.protocol(protocol);
        ipv4.source((int) IpAddress.low(canary.from()));
        ipv4.destination((int) IpAddress.low(canary.to()));
        ipv4.computeChecksum();
        return Ipv4Header.MIN_LENGTH;
    }

    private int writeIpv6(Canary canary, int protocol, int payload) {
        ipv6.wrap(octets, at);
        ipv6.versionClassAndLabel(0, 0);
        ipv6.payloadLength(payload);
        ipv6.nextHeader(protocol);
        ipv6.hopLimit(canary.hops());
        ipv6.source(IpAddress.high(canary.from()), IpAddress.low(canary.from()));
        ipv6.destination(IpAddress.high(canary.to()), IpAddress.low(canary.to()));
        return Ipv6Header.LENGTH;
    }

    private static int pseudoHeader(Canary canary, int protocol, int payload) {
        return InternetChecksum.pseudoHeader(
                IpAddress.high(canary.from()),
                IpAddress.low(canary.from()),
                IpAddress.high(canary.to()),
                IpAddress.low(canary.to()),
                protocol,
                payload);
    }

    private static boolean isIpv6(Canary canary) {
        return canary.to() instanceof Inet6Address;
    }
}
