package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.InternetChecksum;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.TcpHeader;
import dev.trigon.dataplane.wire.UdpHeader;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** The shortest frame that begins a flow: a SYN, or a datagram of no octets. From no MAC, since any may send it. */
final class SampleFrame {
    private static final int HOPS = 64;
    private static final int WINDOW = 65_535;

    private final InetAddress client;
    private final InetAddress vip;
    private final Protocol protocol;
    private final int transportOctets;
    private final boolean ipv4;

    private SampleFrame(Protocol protocol, InetAddress client, InetAddress vip) {
        this.protocol = protocol;
        this.client = client;
        this.vip = vip;
        this.transportOctets = protocol == Protocol.TCP ? TcpHeader.MIN_LENGTH : UdpHeader.LENGTH;
        this.ipv4 = IpAddress.isIpv4(IpAddress.high(vip), IpAddress.low(vip));
    }

    static byte[] of(Protocol protocol, InetAddress client, int clientPort, InetAddress vip, int vipPort, long toMac) {
        return new SampleFrame(protocol, client, vip).write(clientPort, vipPort, toMac);
    }

    private byte[] write(int clientPort, int vipPort, long toMac) {
        int ipOctets = ipv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
        ByteBuffer frame = ByteBuffer.allocate(EthernetHeader.LENGTH + ipOctets + transportOctets);
        EthernetHeader ethernet = new EthernetHeader().wrap(frame, 0);
        ethernet.destination(toMac);
        ethernet.etherType(ipv4 ? EthernetHeader.TYPE_IPV4 : EthernetHeader.TYPE_IPV6);
        if (ipv4) {
            writeIpv4(new Ipv4Header().wrap(frame, EthernetHeader.LENGTH));
        } else {
            writeIpv6(new Ipv6Header().wrap(frame, EthernetHeader.LENGTH));
        }
        writeTransport(frame, EthernetHeader.LENGTH + ipOctets, clientPort, vipPort);
        return frame.array();
    }

    private void writeIpv4(Ipv4Header header) {
        header.versionAndHeaderLength(4, Ipv4Header.MIN_LENGTH);
        header.totalLength(Ipv4Header.MIN_LENGTH + transportOctets);
        header.fragment(Ipv4Header.DONT_FRAGMENT);
        header.ttl(HOPS);
        header.protocol(protocol.number());
        header.source((int) IpAddress.low(client));
        header.destination((int) IpAddress.low(vip));
        header.computeChecksum();
    }

    private void writeIpv6(Ipv6Header header) {
        header.versionClassAndLabel(0, 0);
        header.payloadLength(transportOctets);
        header.nextHeader(protocol.number());
        header.hopLimit(HOPS);
        header.source(IpAddress.high(client), IpAddress.low(client));
        header.destination(IpAddress.high(vip), IpAddress.low(vip));
    }

    private void writeTransport(ByteBuffer frame, int at, int clientPort, int vipPort) {
        int pseudoHeader = InternetChecksum.pseudoHeader(
                IpAddress.high(client),
                IpAddress.low(client),
                IpAddress.high(vip),
                IpAddress.low(vip),
                protocol.number(),
                transportOctets);
        if (protocol == Protocol.TCP) {
            TcpHeader tcp = new TcpHeader().wrap(frame, at);
            tcp.sourcePort(clientPort);
            tcp.destinationPort(vipPort);
            tcp.headerLength(TcpHeader.MIN_LENGTH);
            tcp.flags(TcpHeader.SYN);
            tcp.window(WINDOW);
            tcp.computeChecksum(pseudoHeader);
        } else {
            UdpHeader udp = new UdpHeader().wrap(frame, at);
            udp.sourcePort(clientPort);
            udp.destinationPort(vipPort);
            udp.length(UdpHeader.LENGTH);
            udp.computeChecksum(pseudoHeader);
        }
    }
}
