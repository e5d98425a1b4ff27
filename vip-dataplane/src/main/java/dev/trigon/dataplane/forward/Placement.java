package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Service;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Vip;
import dev.trigon.dataplane.wire.EmbeddedPacket;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Packet;
import org.jspecify.annotations.Nullable;

/** Says where a packet to a VIP goes: what it belongs to, and which backend that has. */
final class Placement {
    private final FlowPlacement flows;
    private final boolean echoToBackend;
    private final FlowKey key = new FlowKey();

    Placement(FlowPlacement flows, boolean echoToBackend) {
        this.flows = flows;
        this.echoToBackend = echoToBackend;
    }

    void place(Packet packet, Vip vip, ServiceTable table, long nowMs, Fate fate) {
        int protocol = packet.protocol();
        if (protocol == Protocol.TCP.number() || protocol == Protocol.UDP.number()) {
            placeInFlow(packet, vip, table, nowMs, fate);
        } else if (packet.isEchoRequest()) {
            placeEcho(packet, vip, fate);
        } else if (packet.isIcmpError()) {
            placeError(packet, vip, table, nowMs, fate);
        } else {
            leave(vip, fate, packet.isIcmp() ? DropReason.ICMP_TYPE : DropReason.PROTOCOL);
        }
    }

    /** What Trigon has no use for is dropped, unless the VIP is the gateway's own address: then it is the kernel's. */
    private static void leave(Vip vip, Fate fate, DropReason reason) {
        if (vip.isOwn()) {
            fate.pass();
        } else {
            fate.drop(reason);
        }
    }

    private void placeInFlow(Packet packet, Vip vip, ServiceTable table, long nowMs, Fate fate) {
        Service service = vip.service(packet.protocol(), packet.destinationPort());
        if (service == null) {
            leave(vip, fate, DropReason.NO_SERVICE);
        } else {
            flows.place(packet, service, table, nowMs, fate);
        }
    }

    private void placeEcho(Packet packet, Vip vip, Fate fate) {
        if (vip.isOwn()) {
            fate.pass();
        } else if (echoToBackend) {
            Backend steady = steady(
                    vip, packet.sourceHigh(), packet.sourceLow(), packet.destinationHigh(), packet.destinationLow());
            if (steady == null) {
                fate.drop(DropReason.NO_BACKEND);
            } else {
                fate.toBackend(steady.id(), FlowCache.MISS);
            }
        } else if (packet.hasPlainHeader()) {
            fate.echo();
        } else {
            // said here, for all its fragments: the others may not have what the first has
            fate.drop(DropReason.ICMP_TYPE);
        }
    }

    private @Nullable Backend steady(Vip vip, long clientHigh, long clientLow, long vipHigh, long vipLow) {
        key.set(clientHigh, clientLow, vipHigh, vipLow, 0, 0, 0);
        return vip.steady(key.hash());
    }

    /**
     * An error is about a packet that a server sent as the VIP, and quotes it: client and VIP stand there the other way
     * round. It neither opens a flow nor keeps one alive: anybody can send one.
     */
    private void placeError(Packet packet, Vip vip, ServiceTable table, long nowMs, Fate fate) {
        Flaw flaw = packet.parseEmbedded();
        EmbeddedPacket quoted = packet.embedded();
        boolean sentByVip = flaw == Flaw.NONE
                && quoted.sourceHigh() == packet.destinationHigh()
                && quoted.sourceLow() == packet.destinationLow();
        if (!sentByVip) {
            leave(vip, fate, DropReason.ICMP_EMBEDDED);
            return;
        }
        if (echoToBackend && !vip.isOwn() && quoted.isEchoReply()) {
            Backend steady = steady(
                    vip, quoted.destinationHigh(), quoted.destinationLow(), quoted.sourceHigh(), quoted.sourceLow());
            errorTo(steady, fate);
            return;
        }
        Service service = quoted.hasPorts() ? vip.service(quoted.protocol(), quoted.sourcePort()) : null;
        if (service == null) {
            leave(vip, fate, DropReason.ICMP_NO_FLOW);
            return;
        }
        key.set(
                quoted.destinationHigh(),
                quoted.destinationLow(),
                quoted.sourceHigh(),
                quoted.sourceLow(),
                quoted.protocol(),
                quoted.destinationPort(),
                quoted.sourcePort());
        errorTo(flows.expected(key, service, table, nowMs), fate);
    }

    private static void errorTo(@Nullable Backend backend, Fate fate) {
        if (backend == null) {
            fate.drop(DropReason.ICMP_NO_FLOW);
        } else {
            fate.errorToBackend(backend.id());
        }
    }
}
