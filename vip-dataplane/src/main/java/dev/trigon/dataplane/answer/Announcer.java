package dev.trigon.dataplane.answer;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Vip;
import dev.trigon.dataplane.wire.ArpPacket;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.NeighborMessage;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells the segment where a VIP is, as soon as packets for it would be taken care of: with gratuitous ARP (RFC 5227, section
 * 2.3: a request whose sender and target are the same address) or an unsolicited neighbour advertisement (RFC 4861, section
 * 7.2.6). Thrice, since either can be lost.
 */
public final class Announcer {
    private static final long[] AFTER_MS = {0, 1_000, 3_000};
    private static final int ARP_LENGTH = EthernetHeader.LENGTH + ArpPacket.LENGTH;
    private static final int ADVERTISEMENT_LENGTH = EthernetHeader.LENGTH + Ipv6Header.LENGTH + NeighborMessage.LENGTH;
    private static final int FRAME_CAPACITY = 128;

    private final PacketPort port;
    private final long ownMac;
    private final int ifIndex;
    private final Batch batch;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpPacket arp = new ArpPacket();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final NeighborMessage neighbor = new NeighborMessage();

    private List<InetAddress> vips = List.of();
    private long sinceMs;
    private int round = AFTER_MS.length;
    private int next;
    private long sent;

    public Announcer(PacketPort port, long ownMac, int ifIndex, int batchCapacity) {
        this.port = port;
        this.ownMac = ownMac;
        this.ifIndex = ifIndex;
        this.batch = new Batch(batchCapacity, FRAME_CAPACITY);
    }

    /** Announces these from now on, and finishes what was begun for others, as far as they are still served. */
    public void announce(List<InetAddress> newVips, ServiceTable served, long nowMs) {
        List<InetAddress> unfinished = round < AFTER_MS.length ? vips : List.of();
        // a VIP that was taken away may be another gateway's by now
        vips = Stream.concat(unfinished.stream().filter(address -> isAnswered(address, served)), newVips.stream())
                .toList();
        next = 0;
        if (!newVips.isEmpty()) {
            sinceMs = nowMs;
            round = 0;
        }
    }

    /** Whether it is a VIP whose whereabouts vipd tells, and not its kernel. */
    public static boolean isAnswered(InetAddress address, ServiceTable served) {
        Vip vip = served.vip(IpAddress.high(address), IpAddress.low(address));
        return vip != null && !vip.isOwn();
    }

    /** Sends what is due, a batch at most, so that no packet waits long behind it. */
    public void tick(long nowMs) {
        if (round == AFTER_MS.length || nowMs - sinceMs < AFTER_MS[round]) {
            return;
        }
        batch.clear();
        while (next < vips.size() && !batch.isFull()) {
            write(vips.get(next++));
        }
        port.transmit(batch);
        for (int frame = 0; frame < batch.count(); frame++) {
            sent += batch.errno(frame) == 0 ? 1 : 0;
        }
        if (next == vips.size()) {
            next = 0;
            round++;
        }
    }

    private void write(InetAddress vip) {
        long high = IpAddress.high(vip);
        long low = IpAddress.low(vip);
        boolean v4 = IpAddress.isIpv4(high, low);
        int frame = batch.add(v4 ? ARP_LENGTH : ADVERTISEMENT_LENGTH, false);
        int at = batch.at(frame);
        ethernet.wrap(batch.frames(), at);
        ethernet.source(ownMac);
        if (v4) {
            writeArp(at + EthernetHeader.LENGTH, (int) low);
        } else {
            writeAdvertisement(at + EthernetHeader.LENGTH, high, low);
        }
        batch.send(frame, ifIndex);
    }

    private void writeArp(int at, int vip) {
        ethernet.destination(EthernetHeader.BROADCAST);
        ethernet.etherType(EthernetHeader.TYPE_ARP);
        arp.wrap(batch.frames(), at);
        arp.ethernetIpv4();
        arp.operation(ArpPacket.REQUEST);
        arp.senderMac(ownMac);
        arp.senderIp(vip);
        arp.targetMac(0);
        arp.targetIp(vip);
    }

    private void writeAdvertisement(int at, long high, long low) {
        ethernet.destination(EthernetHeader.ALL_NODES);
        ethernet.etherType(EthernetHeader.TYPE_IPV6);
        ipv6.wrap(batch.frames(), at);
        ipv6.versionClassAndLabel(0, 0);
        ipv6.payloadLength(NeighborMessage.LENGTH);
        ipv6.nextHeader(Ipv6Header.PROTOCOL_ICMPV6);
        ipv6.hopLimit(NeighborMessage.HOP_LIMIT);
        ipv6.source(high, low);
        ipv6.destination(Ipv6Header.ALL_NODES_HIGH, Ipv6Header.ALL_NODES_LOW);
        neighbor.wrap(batch.frames(), at + Ipv6Header.LENGTH);
        neighbor.advertise(NeighborMessage.OVERRIDE, high, low, ownMac);
        neighbor.computeChecksum(high, low, Ipv6Header.ALL_NODES_HIGH, Ipv6Header.ALL_NODES_LOW);
    }

    public long sent() {
        return sent;
    }
}
