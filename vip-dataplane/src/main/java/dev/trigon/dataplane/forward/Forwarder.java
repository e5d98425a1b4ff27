package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.TcpTracking;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Service;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.IpAddress;
import dev.trigon.dataplane.wire.Ipv4Header;
import dev.trigon.dataplane.wire.Packet;
import org.jspecify.annotations.Nullable;

/**
 * Decides each packet of a batch, in one pass, and rewrites in place those that go on. One worker owns one.
 *
 * <p>{@link #decide} is before the batch is sent, {@link #settle} after: a packet counts as forwarded only once the kernel
 * has taken it.
 */
public final class Forwarder {
    private final int worker;
    private final int ifIndex;
    private final long ownMac;
    private final FlowCache flows;
    private final Counters counters;
    private final WaitingRoom waitingRoom;
    private final ArpResponder arpResponder;
    private final Packet packet = new Packet();
    private final FlowKey key = new FlowKey();

    private final Verdict[] verdict;
    private final @Nullable DropReason[] reason;
    private final @Nullable Backend[] backend;
    private final int[] ipOctets;
    private int decided;

    public Forwarder(Arm arm, FlowCache flows, Counters counters, int batchCapacity) {
        this.worker = arm.worker();
        this.ifIndex = arm.ifIndex();
        this.ownMac = arm.mac();
        this.flows = flows;
        this.counters = counters;
        this.waitingRoom = new WaitingRoom(arm.frameCapacity());
        this.arpResponder = new ArpResponder(ownMac);
        this.verdict = new Verdict[batchCapacity];
        this.reason = new DropReason[batchCapacity];
        this.backend = new Backend[batchCapacity];
        this.ipOctets = new int[batchCapacity];
    }

    WaitingRoom waitingRoom() {
        return waitingRoom;
    }

    /** Decides every frame of the batch. */
    public void decide(Batch batch, ServiceTable table, long nowMs) {
        for (decided = 0; decided < batch.count(); decided++) {
            verdict[decided] = decide(batch, decided, table, nowMs);
        }
    }

    private Verdict decide(Batch batch, int frame, ServiceTable table, long nowMs) {
        backend[frame] = null;
        Flaw flaw = packet.parse(batch.frames(), batch.at(frame), batch.length(frame));
        boolean arp = packet.etherType() == EthernetHeader.TYPE_ARP;
        if (!arp && packet.etherType() != EthernetHeader.TYPE_IPV4) {
            return batch.length(frame) < EthernetHeader.LENGTH ? drop(frame, DropReason.TRUNCATED) : Verdict.PASSED;
        }
        long destination = packet.ethernet().destination();
        // a switch that floods shows us what is for others; forwarding that too would send it twice
        if (destination != ownMac && !(arp && destination == EthernetHeader.BROADCAST)) {
            return Verdict.PASSED;
        }
        if (batch.isCut(frame)) {
            return drop(frame, DropReason.TOO_LARGE);
        }
        if (flaw != Flaw.NONE) {
            return drop(frame, DropReason.of(flaw));
        }
        return arp ? answer(batch, frame, table) : balance(batch, frame, table, nowMs);
    }

    private Verdict answer(Batch batch, int frame, ServiceTable table) {
        if (!arpResponder.answer(packet, table)) {
            return Verdict.PASSED;
        }
        batch.send(frame, ifIndex);
        return Verdict.ANSWERED;
    }

    private Verdict balance(Batch batch, int frame, ServiceTable table, long nowMs) {
        int vip = packet.ipv4().destination();
        if (!table.isVip(vip)) {
            return Verdict.PASSED;
        }
        if (packet.isFragment()) {
            return drop(frame, DropReason.FRAGMENT);
        }
        int protocol = packet.protocol();
        if (protocol != Ipv4Header.PROTOCOL_TCP && protocol != Ipv4Header.PROTOCOL_UDP) {
            return drop(frame, DropReason.PROTOCOL);
        }
        Service service = table.match(vip, protocol, packet.destinationPort());
        if (service == null) {
            return drop(frame, DropReason.NO_SERVICE);
        }
        return forward(batch, frame, service, table, nowMs);
    }

    private Verdict forward(Batch batch, int frame, Service service, ServiceTable table, long nowMs) {
        if (service.isLayer3() && packet.ipv4().ttl() <= 1) {
            return drop(frame, DropReason.TTL_EXPIRED);
        }
        int slot = flowOf(service, table, nowMs);
        if (slot == FlowCache.MISS) {
            return drop(frame, DropReason.NO_BACKEND);
        }
        Backend chosen = table.backend(flows.backendId(slot));
        if (chosen == null) {
            return drop(frame, DropReason.NO_BACKEND);
        }
        NextHop hop = chosen.nextHop();
        if (hop == null) {
            boolean waits = waitingRoom.admit(batch, frame, chosen, nowMs);
            return waits ? Verdict.WAITING : drop(frame, DropReason.NEXT_HOP_QUEUE_FULL);
        }
        if (!service.isLayer3() && !hop.direct()) {
            // a router would send it back to whoever has the VIP: here
            return drop(frame, DropReason.NOT_ON_SEGMENT);
        }
        if (packet.ipLength() > hop.mtu()) {
            return drop(frame, DropReason.TOO_LARGE);
        }
        flows.touch(slot, packet.ipLength(), nowMs);
        rewrite(service, chosen, hop);
        batch.send(frame, hop.ifIndex());
        backend[frame] = chosen;
        ipOctets[frame] = packet.ipLength();
        return Verdict.FORWARDED;
    }

    /** The slot of this packet's flow, which names its backend; a new flow is placed. MISS when there is no backend. */
    private int flowOf(Service service, ServiceTable table, long nowMs) {
        key.set(
                0,
                IpAddress.mapped(packet.ipv4().source()),
                0,
                IpAddress.mapped(packet.ipv4().destination()),
                packet.protocol(),
                packet.sourcePort(),
                packet.destinationPort());
        boolean tcp = packet.protocol() == Ipv4Header.PROTOCOL_TCP;
        int slot = flows.lookup(key, nowMs);
        if (slot != FlowCache.MISS && isLive(slot, service, table, tcp)) {
            if (tcp) {
                advance(slot, nowMs);
            }
            return slot;
        }
        Backend chosen = service.choose(key.hash());
        if (chosen == null) {
            return FlowCache.MISS;
        }
        FlowState first = tcp ? TcpTracking.first(packet.tcpFlags()) : FlowState.UDP;
        return flows.create(key, chosen.id(), first, nowMs);
    }

    /** Whether a remembered flow still binds: its backend serves this service, and this packet does not open it anew. */
    private boolean isLive(int slot, Service service, ServiceTable table, boolean tcp) {
        Backend known = table.backend(flows.backendId(slot));
        return known != null
                && known.service() == service
                && !(tcp && TcpTracking.opensAnew(flows.state(slot), packet.tcpFlags()));
    }

    private void advance(int slot, long nowMs) {
        FlowState before = flows.state(slot);
        FlowState after = TcpTracking.next(before, packet.tcpFlags());
        if (after != before) {
            flows.state(slot, after, nowMs);
        }
    }

    private void rewrite(Service service, Backend chosen, NextHop hop) {
        if (service.isLayer3()) {
            packet.redirect(chosen.address(), service.dscp());
        } else {
            packet.completeChecksum();
        }
        packet.ethernet().destination(hop.destinationMac());
        packet.ethernet().source(hop.sourceMac());
    }

    private Verdict drop(int frame, DropReason why) {
        reason[frame] = why;
        return Verdict.DROPPED;
    }

    /** Counts every verdict of a batch that has been sent. */
    public void settle(Batch batch) {
        for (int frame = 0; frame < batch.count(); frame++) {
            int errno = batch.errno(frame);
            DropReason why = errno == 0 ? reason[frame] : DropReason.ofErrno(errno);
            Backend receiver = backend[frame];
            if (errno != 0 || verdict[frame] == Verdict.DROPPED) {
                counters.dropped(why == null ? DropReason.EGRESS_REFUSED : why);
            } else {
                counters.verdict(verdict[frame]);
                if (receiver != null) {
                    receiver.meter().count(worker, ipOctets[frame]);
                }
            }
        }
    }

    /** Counts a batch on whose way a fault happened: all of it is lost, but for what waits already. */
    void abandon(Batch batch) {
        for (int frame = 0; frame < batch.count(); frame++) {
            if (frame < decided && verdict[frame] == Verdict.WAITING) {
                counters.verdict(Verdict.WAITING);
            } else {
                counters.dropped(DropReason.FAULT);
            }
        }
    }
}
