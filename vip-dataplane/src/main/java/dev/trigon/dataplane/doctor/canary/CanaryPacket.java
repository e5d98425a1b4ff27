package dev.trigon.dataplane.doctor.canary;

import dev.trigon.dataplane.wire.EchoRequest;
import dev.trigon.dataplane.wire.IpHeader;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.TcpHeader;
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

    CanaryPacket(ByteBuffer octets, int at) {
        this.octets = octets;
        this.at = at;
    }

    /** Answers its length. */
    int writeQuestion(Canary canary, int number, int ownPort) {
        return canary.isEcho()
                ? EchoRequest.write(octets, at, ipHeader(canary), number)
                : writeTcp(canary, TcpHeader.SYN, number, ownPort);
    }

    /** An RST by which a server that has answered the SYN of this number, or is about to, forgets it. Answers its length. */
    int writeEnd(Canary canary, int number, int ownPort) {
        return writeTcp(canary, TcpHeader.RST, number + 1, ownPort);
    }

    private int writeTcp(Canary canary, int flags, int sequence, int ownPort) {
        IpHeader ip = ipHeader(canary);
        int header = ip.write(octets, at, Ipv4Header.PROTOCOL_TCP, TcpHeader.MIN_LENGTH);
        TcpHeader tcp = new TcpHeader().wrap(octets, at + header);
        tcp.sourcePort(ownPort);
        tcp.destinationPort(canary.port());
        tcp.sequence(sequence);
        tcp.acknowledgment(0);
        tcp.headerLength(TcpHeader.MIN_LENGTH);
        tcp.flags(flags);
        tcp.window(WINDOW);
        tcp.urgent(0);
        tcp.computeChecksum(ip.pseudoHeader(Ipv4Header.PROTOCOL_TCP, TcpHeader.MIN_LENGTH));
        return header + TcpHeader.MIN_LENGTH;
    }

    private static IpHeader ipHeader(Canary canary) {
        return new IpHeader(canary.from(), canary.to(), canary.hops());
    }
}
