package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.NeighborMessage;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.packet.FrameSender;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A neighbour solicitation from an address of the gateway's own (RFC 4861, section 4.3). Not from the unspecified one, by which
 * a host asks whether it may have an address: whoever is about to have the VIP on its loopback would give it up.
 */
final class Solicitation implements AutoCloseable {
    private static final int LENGTH = EthernetHeader.LENGTH + Ipv6Header.LENGTH + NeighborMessage.LENGTH;
    /** 33:33 and the group's last four octets: RFC 2464, section 7. */
    private static final long GROUP_MAC = 0x3333L << 32;

    private static final long GROUP_MASK = 0xFFFF_FFFFL;

    private final FrameSender sender = FrameSender.open(1);
    private final NativeMemory frame = NativeMemory.allocate(LENGTH);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final NeighborMessage message = new NeighborMessage();
    private final int ifIndex;
    private final long ownMac;
    private final InetAddress source;

    Solicitation(int ifIndex, long ownMac, InetAddress source) {
        this.ifIndex = ifIndex;
        this.ownMac = ownMac;
        this.source = source;
        ByteBuffer octets = frame.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
        ethernet.wrap(octets, 0);
        ipv6.wrap(octets, EthernetHeader.LENGTH);
        message.wrap(octets, EthernetHeader.LENGTH + Ipv6Header.LENGTH);
    }

    void send(InetAddress target) {
        long group = IpAddress.solicitedNodeLow(IpAddress.low(target));
        ethernet.destination(GROUP_MAC | (group & GROUP_MASK));
        ethernet.source(ownMac);
        ethernet.etherType(EthernetHeader.TYPE_IPV6);
        ipv6.versionClassAndLabel(0, 0);
        ipv6.payloadLength(NeighborMessage.LENGTH);
        ipv6.nextHeader(Ipv6Header.PROTOCOL_ICMPV6);
        ipv6.hopLimit(NeighborMessage.HOP_LIMIT);
        ipv6.source(IpAddress.high(source), IpAddress.low(source));
        ipv6.destination(IpAddress.SOLICITED_NODE_HIGH, group);
        message.type(NeighborMessage.SOLICITATION);
        message.code(0);
        message.flags(0);
        message.target(IpAddress.high(target), IpAddress.low(target));
        message.option(NeighborMessage.SOURCE_LINK_LAYER_ADDRESS, ownMac);
        message.computeChecksum(IpAddress.high(source), IpAddress.low(source), IpAddress.SOLICITED_NODE_HIGH, group);
        sender.queue(frame.address(), LENGTH, ifIndex);
        sender.flush(new int[1]);
    }

    @Override
    public void close() {
        sender.close();
    }
}
