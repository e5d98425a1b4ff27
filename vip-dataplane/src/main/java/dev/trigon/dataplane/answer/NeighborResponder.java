package dev.trigon.dataplane.answer;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Vip;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.Ipv6Header;
import dev.trigon.dataplane.wire.NeighborMessage;
import dev.trigon.dataplane.wire.Packet;

/**
 * Answers neighbour solicitations for the VIPs, in the frame that asked (RFC 4861, section 7.2.4). The kernel does not: a VIP
 * is no address of its own.
 */
public final class NeighborResponder {
    private final long ownMac;

    public NeighborResponder(long ownMac) {
        this.ownMac = ownMac;
    }

    /** Turns a question for a VIP into its answer; false when it is no such question, or none that is ours to answer. */
    public boolean answer(Batch batch, int frame, Packet packet, ServiceTable table) {
        NeighborMessage message = packet.neighbor();
        long vipHigh = message.targetHigh();
        long vipLow = message.targetLow();
        Vip vip = table.vip(vipHigh, vipLow);
        if (vip == null || vip.isOwn() || !packet.hasPlainHeader()) {
            return false;
        }
        Ipv6Header ip = packet.ipv6();
        // who has no address yet asks whether anybody has this one: all are told, and it gives way (RFC 4862, 5.4.4)
        boolean probe = ip.sourceHigh() == 0 && ip.sourceLow() == 0;
        long askerHigh = probe ? Ipv6Header.ALL_NODES_HIGH : ip.sourceHigh();
        long askerLow = probe ? Ipv6Header.ALL_NODES_LOW : ip.sourceLow();
        EthernetHeader ethernet = packet.ethernet();
        ethernet.destination(probe ? EthernetHeader.ALL_NODES : ethernet.source());
        ethernet.source(ownMac);
        ip.payloadLength(NeighborMessage.LENGTH);
        ip.source(vipHigh, vipLow);
        ip.destination(askerHigh, askerLow);
        message.advertise(flags(probe), vipHigh, vipLow, ownMac);
        message.computeChecksum(vipHigh, vipLow, askerHigh, askerLow);
        // the question may have had other options than the answer, or none
        batch.length(frame, EthernetHeader.LENGTH + packet.tagOctets() + Ipv6Header.LENGTH + NeighborMessage.LENGTH);
        return true;
    }

    private static int flags(boolean probe) {
        return probe ? NeighborMessage.OVERRIDE : NeighborMessage.OVERRIDE | NeighborMessage.SOLICITED;
    }
}
