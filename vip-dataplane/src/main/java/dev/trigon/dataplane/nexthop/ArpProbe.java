package dev.trigon.dataplane.nexthop;

import dev.trigon.dataplane.wire.ArpPacket;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.linux.libc.NativeMemory;
import dev.trigon.linux.packet.FrameSender;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Asks for a MAC in nobody's name: RFC 5227, section 2.1.1. A host answers such a question whatever addresses it holds, and
 * the kernel, where it is asking too, takes the answer for its own. One thread at a time.
 */
public final class ArpProbe implements AutoCloseable {
    private static final int LENGTH = EthernetHeader.LENGTH + ArpPacket.LENGTH;

    private final FrameSender sender = FrameSender.open(1);
    private final NativeMemory frame = NativeMemory.allocate(LENGTH);
    private final int[] errno = new int[1];
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpPacket arp = new ArpPacket();

    public ArpProbe() {
        ByteBuffer octets = frame.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
        ethernet.wrap(octets, 0);
        ethernet.destination(EthernetHeader.BROADCAST);
        ethernet.etherType(EthernetHeader.TYPE_ARP);
        arp.wrap(octets, EthernetHeader.LENGTH);
        arp.ethernetIpv4();
        arp.operation(ArpPacket.REQUEST);
        arp.senderIp(0);
        arp.targetMac(0);
    }

    /** One that is lost is followed by another. */
    public void send(int ifIndex, long ownMac, Inet4Address address) {
        ethernet.source(ownMac);
        arp.senderMac(ownMac);
        arp.targetIp(ByteBuffer.wrap(address.getAddress()).getInt());
        sender.queue(frame.address(), LENGTH, ifIndex);
        sender.flush(errno);
    }

    @Override
    public void close() {
        sender.close();
    }
}
