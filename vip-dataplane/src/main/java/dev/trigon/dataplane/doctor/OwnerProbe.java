package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.nexthop.ArpProbe;
import dev.trigon.dataplane.wire.ArpPacket;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.NeighborMessage;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.packet.FrameReceiver;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks on a segment who has an address, and hears everybody who says so: a router takes the answer that comes last, or first.
 * ARP is asked in nobody's name, neighbour discovery from the gateway's own link-local address; never with a VIP as the sender,
 * which its servers would not answer, and which would tell the segment that the VIP is here.
 */
final class OwnerProbe implements AutoCloseable {
    /** Frames get lost; a host that is there has answered by then. */
    private static final int ROUNDS = 2;

    private static final long LISTEN_NS = 400_000_000L;
    private static final long LOOK_NS = 10_000_000L;

    private static final int NEXT_HEADER_AT = EthernetHeader.LENGTH + 6;
    private static final int MESSAGE_AT = EthernetHeader.LENGTH + Ipv6Header.LENGTH;

    private final Link link;
    private final MacAddress ownMac;
    private final ArpProbe question = new ArpProbe();
    private final List<Solicitation> solicitation;
    private final FrameReceiver arpReplies;
    private final FrameReceiver advertisements;

    private OwnerProbe(Link link, MacAddress ownMac, List<InterfaceAddress> addresses) {
        this.link = link;
        this.ownMac = ownMac;
        this.solicitation = addresses.stream()
                .filter(it -> it.ifIndex() == link.index() && !(it.address() instanceof Inet4Address))
                .map(InterfaceAddress::address)
                .filter(InetAddress::isLinkLocalAddress)
                .limit(1)
                .map(it -> new Solicitation(link.index(), ownMac.value(), it))
                .toList();
        this.arpReplies = FrameReceiver.open(link.index(), EthernetHeader.TYPE_ARP);
        this.advertisements = FrameReceiver.open(
                link.index(),
                EthernetHeader.TYPE_IPV6,
                new FrameReceiver.Wanted(NEXT_HEADER_AT, Ipv6Header.PROTOCOL_ICMPV6),
                new FrameReceiver.Wanted(MESSAGE_AT, NeighborMessage.ADVERTISEMENT));
    }

    /** Whether neighbour discovery can be asked there: only with an address of one's own. */
    static boolean canSolicit(Link link, List<InterfaceAddress> addresses) {
        return addresses.stream()
                .anyMatch(it -> it.ifIndex() == link.index()
                        && !(it.address() instanceof Inet4Address)
                        && it.address().isLinkLocalAddress());
    }

    /** Who says on any of these links that one of the VIPs is theirs, whoever it is. */
    static Set<Holder> ask(List<Link> links, List<InterfaceAddress> own, List<InetAddress> vips) {
        List<OwnerProbe> probes = new ArrayList<>();
        try {
            for (Link link : links) {
                MacAddress mac = link.mac();
                if (mac != null && link.up()) {
                    probes.add(new OwnerProbe(link, mac, own));
                }
            }
            return ask(probes, vips);
        } finally {
            probes.forEach(OwnerProbe::close);
        }
    }

    private static Set<Holder> ask(List<OwnerProbe> probes, List<InetAddress> vips) {
        Set<InetAddress> asked = Set.copyOf(vips);
        Set<Holder> holders = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            probes.forEach(probe -> vips.forEach(probe::send));
            long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < LISTEN_NS && !Thread.interrupted()) {
                probes.forEach(probe -> probe.hear(asked, holders));
                LockSupport.parkNanos(LOOK_NS);
            }
        }
        return holders;
    }

    private void send(InetAddress vip) {
        if (vip instanceof Inet4Address v4) {
            question.send(link.index(), ownMac.value(), v4);
        } else {
            solicitation.forEach(it -> it.send(vip));
        }
    }

    private void hear(Set<InetAddress> asked, Set<Holder> holders) {
        for (int length = arpReplies.receive(); length > 0; length = arpReplies.receive()) {
            ArpPacket arp = new ArpPacket().wrap(arpReplies.frame(), EthernetHeader.LENGTH);
            if (length >= EthernetHeader.LENGTH + ArpPacket.LENGTH
                    && arp.isEthernetIpv4()
                    && arp.operation() == ArpPacket.REPLY) {
                note(IpAddress.toInetAddress(0, IpAddress.mapped(arp.senderIp())), arp.senderMac(), asked, holders);
            }
        }
        for (int length = advertisements.receive(); length > 0; length = advertisements.receive()) {
            ByteBuffer frame = advertisements.frame();
            if (length >= MESSAGE_AT + NeighborMessage.MIN_LENGTH) {
                NeighborMessage message = new NeighborMessage().wrap(frame, MESSAGE_AT);
                note(
                        IpAddress.toInetAddress(message.targetHigh(), message.targetLow()),
                        new EthernetHeader().wrap(frame, 0).source(),
                        asked,
                        holders);
            }
        }
    }

    private void note(InetAddress address, long mac, Set<InetAddress> asked, Set<Holder> holders) {
        if (asked.contains(address)) {
            holders.add(new Holder(address, new MacAddress(mac), link.name()));
        }
    }

    @Override
    public void close() {
        question.close();
        solicitation.forEach(Solicitation::close);
        arpReplies.close();
        advertisements.close();
    }
}
