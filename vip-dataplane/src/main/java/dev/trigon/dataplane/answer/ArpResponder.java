package dev.trigon.dataplane.answer;

import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Vip;
import dev.trigon.dataplane.wire.ArpPacket;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Packet;

/** Answers ARP for the VIPs, in the frame that asked. The kernel does not: a VIP is no address of its own. */
public final class ArpResponder {
    private final long ownMac;

    public ArpResponder(long ownMac) {
        this.ownMac = ownMac;
    }

    /** Turns a question for a VIP into its answer; false when it is no such question. */
    public boolean answer(Packet packet, ServiceTable table) {
        ArpPacket arp = packet.arp();
        if (!arp.isEthernetIpv4() || arp.operation() != ArpPacket.REQUEST) {
            return false;
        }
        Vip vip = table.vip(0, IpAddress.mapped(arp.targetIp()));
        // the gateway's own address is its kernel's to answer for
        if (vip == null || vip.isOwn()) {
            return false;
        }
        // RFC 5227: who asks for the address it speaks from announces it, and wants no answer
        if (arp.senderIp() == arp.targetIp()) {
            return false;
        }
        int address = arp.targetIp();
        arp.operation(ArpPacket.REPLY);
        arp.targetMac(arp.senderMac());
        arp.targetIp(arp.senderIp());
        arp.senderMac(ownMac);
        arp.senderIp(address);
        EthernetHeader ethernet = packet.ethernet();
        ethernet.destination(arp.targetMac());
        ethernet.source(ownMac);
        return true;
    }
}
