package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.FlowCache;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArpResponder;
import dev.trigon.dataplane.answer.EchoResponder;
import dev.trigon.dataplane.answer.IcmpErrors;
import dev.trigon.dataplane.answer.NeighborResponder;
import dev.trigon.dataplane.answer.TcpResets;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Vip;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Packet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Decides each packet of a batch, in one pass, and rewrites in place those that go on. One worker owns one. Before that pass
 * {@link Foresight} looks over the batch, which changes nothing but how long memory is waited for.
 *
 * <p>{@link #release} comes before new packets, {@link #decide} before the batch is sent, {@link #settle} after: a packet
 * counts as forwarded only once the kernel has taken it.
 */
public final class Forwarder {
    static final int NEXT_HOP_PLACES = 128;
    static final int PLACES_PER_NEXT_HOP = 32;
    /** The longest datagram in fragments for the least MTU of IPv4 that is in use, 576 octets, with the first to come last. */
    static final int PLACES_PER_DATAGRAM = 119;

    static final int FRAGMENT_PLACES = 512;

    private final Arm arm;
    private final FlowCache flows;
    private final Counters counters;
    private final FlowPlacement flowPlacement;
    private final Placement placement;
    private final Fragments fragments =
            new Fragments(ThreadLocalRandom.current().nextLong());
    private final WaitingRoom<NextHopSlot> nextHopRoom;
    private final WaitingRoom<Datagram> fragmentRoom;
    private final ArpResponder arpResponder;
    private final NeighborResponder neighborResponder;
    private final EchoResponder echoResponder;
    private final IcmpErrors icmpErrors;
    private final TcpResets tcpResets;
    private final Foresight foresight;
    private final Packet packet = new Packet();
    private final Fate fate = new Fate();

    private final Verdict[] verdict;
    private final @Nullable DropReason[] reason;
    private final @Nullable Backend[] backend;
    private final int[] ipOctets;
    private int released;
    private int decided;

    public Forwarder(Arm arm, Memory memory, Counters counters, int batchCapacity, AnswerPolicy policy) {
        this.arm = arm;
        this.flows = memory.flows();
        this.counters = counters;
        this.foresight = new Foresight(flows, batchCapacity);
        this.flowPlacement = new FlowPlacement(memory, arm.worker());
        this.placement = new Placement(flowPlacement, policy.echoToBackend());
        this.nextHopRoom = new WaitingRoom<>(
                NEXT_HOP_PLACES,
                PLACES_PER_NEXT_HOP,
                arm.frameCapacity(),
                slot -> slot.get() != null,
                slot -> {},
                DropReason.NEXT_HOP_UNRESOLVED);
        this.fragmentRoom = new WaitingRoom<>(
                FRAGMENT_PLACES,
                PLACES_PER_DATAGRAM,
                arm.frameCapacity(),
                Datagram::isDecided,
                Datagram::letGo,
                DropReason.FRAGMENT_ORPHAN);
        this.arpResponder = new ArpResponder(arm.mac());
        this.neighborResponder = new NeighborResponder(arm.mac());
        this.echoResponder = new EchoResponder(arm.mac(), policy.perSecond());
        this.icmpErrors = new IcmpErrors(arm.mac(), arm.addresses(), policy.perSecond());
        this.tcpResets = new TcpResets(arm.mac(), policy.perSecond());
        this.verdict = new Verdict[batchCapacity];
        this.reason = new DropReason[batchCapacity];
        this.backend = new Backend[batchCapacity];
        this.ipOctets = new int[batchCapacity];
    }

    boolean isAnyWaiting() {
        return !nextHopRoom.isEmpty() || !fragmentRoom.isEmpty();
    }

    /** Fills an empty batch with packets that need wait no longer, and gives up on those that have waited too long. */
    void release(Batch batch, long nowMs) {
        // ahead of what arrives now: a flow's packets keep their order, and a full batch keeps nobody waiting
        if (!nextHopRoom.isEmpty()) {
            nextHopRoom.release(batch, counters);
            nextHopRoom.expire(nowMs, counters);
        }
        if (!fragmentRoom.isEmpty()) {
            fragmentRoom.release(batch, counters);
            fragmentRoom.expire(nowMs, counters);
        }
        released = batch.count();
        decided = 0;
    }

    /** Decides every frame of the batch. */
    public void decide(Batch batch, ServiceTable table, long nowMs) {
        foresight.look(batch);
        for (decided = 0; decided < batch.count(); decided++) {
            backend[decided] = null;
            reason[decided] = null;
            verdict[decided] = decide(batch, decided, table, nowMs);
        }
        released = 0;
    }

    private Verdict decide(Batch batch, int frame, ServiceTable table, long nowMs) {
        Flaw flaw = packet.parse(batch.frames(), batch.at(frame), batch.length(frame));
        boolean arp = packet.etherType() == EthernetHeader.TYPE_ARP;
        if (!arp && !packet.isIp()) {
            return flaw == Flaw.NONE ? Verdict.PASSED : drop(frame, DropReason.of(flaw));
        }
        // a switch that floods shows us what is for others; forwarding that too would send it twice
        if (!isToUs(arp)) {
            return Verdict.PASSED;
        }
        if (batch.isCut(frame)) {
            return drop(frame, DropReason.TOO_LARGE);
        }
        if (flaw != Flaw.NONE) {
            return drop(frame, DropReason.of(flaw));
        }
        if (arp) {
            return arpResponder.answer(packet, table) ? answer(batch, frame) : Verdict.PASSED;
        }
        if (packet.isNeighborSolicitation()) {
            return neighborResponder.answer(batch, frame, packet, table) ? answer(batch, frame) : Verdict.PASSED;
        }
        return balance(batch, frame, table, nowMs);
    }

    /** Who asks for a MAC does not know it yet. */
    private boolean isToUs(boolean arp) {
        long destination = packet.ethernet().destination();
        return destination == arm.mac()
                || (arp && destination == EthernetHeader.BROADCAST)
                || (EthernetHeader.isIpv6Multicast(destination) && packet.isNeighborSolicitation());
    }

    private Verdict answer(Batch batch, int frame) {
        batch.send(frame, arm.ifIndex());
        return Verdict.ANSWERED;
    }

    private Verdict balance(Batch batch, int frame, ServiceTable table, long nowMs) {
        Vip vip = table.vip(packet.destinationHigh(), packet.destinationLow());
        if (vip == null) {
            return Verdict.PASSED;
        }
        if (packet.isFragment()) {
            return balanceFragment(batch, frame, vip, table, nowMs);
        }
        placement.place(packet, vip, table, nowMs, fate);
        return carryOut(batch, frame, table, nowMs);
    }

    /** The first fragment has the ports: it says where all of them go, and those that came before it wait for it. */
    private Verdict balanceFragment(Batch batch, int frame, Vip vip, ServiceTable table, long nowMs) {
        boolean isNew = frame >= released;
        Datagram datagram = isNew ? datagramOfNew(nowMs) : fragments.findAgain(packet);
        if (datagram == null) {
            return isNew
                    ? drop(frame, DropReason.FRAGMENT_QUEUE_FULL)
                    : balanceForgotten(batch, frame, vip, table, nowMs);
        }
        // what has waited is noted already, but not where its datagram was forgotten meanwhile and begun anew
        boolean isNoted = !isNew && datagram.has(packet.fragmentOffset(), packet.fragmentOctets());
        if (!isNoted && !datagram.cover(packet.fragmentOffset(), packet.fragmentOctets(), packet.moreFragments())) {
            return drop(frame, DropReason.FRAGMENT_OVERLAP);
        }
        if (packet.isFirstFragment()) {
            placement.place(packet, vip, table, nowMs, fate);
            datagram.fate.take(fate);
        } else if (datagram.isDecided()) {
            fate.take(datagram.fate);
        } else if (fragmentRoom.admit(batch, frame, datagram, nowMs)) {
            datagram.hold();
            return Verdict.WAITING;
        } else {
            return drop(frame, DropReason.FRAGMENT_QUEUE_FULL);
        }
        return carryOut(batch, frame, table, nowMs);
    }

    /** A fragment that has waited, and whose datagram had to make room. A first one that waited for a MAC needs none. */
    private Verdict balanceForgotten(Batch batch, int frame, Vip vip, ServiceTable table, long nowMs) {
        if (!packet.isFirstFragment()) {
            return drop(frame, DropReason.FRAGMENT_ORPHAN);
        }
        placement.place(packet, vip, table, nowMs, fate);
        return carryOut(batch, frame, table, nowMs);
    }

    private @Nullable Datagram datagramOfNew(long nowMs) {
        Datagram known = fragments.find(packet, nowMs);
        // what could not wait for its first is not to cost another datagram its place: whoever floods us with such does
        boolean begins = known == null && (packet.isFirstFragment() || !fragmentRoom.isFull());
        return begins ? fragments.begin(packet, nowMs) : known;
    }

    private Verdict carryOut(Batch batch, int frame, ServiceTable table, long nowMs) {
        return switch (fate.way()) {
            case TO_BACKEND -> forward(batch, frame, table, nowMs);
            case ECHO -> echo(batch, frame, nowMs);
            case RESET -> reset(batch, frame, nowMs);
            case PASS -> Verdict.PASSED;
            case DROP -> drop(frame, fate.reason());
            case UNDECIDED -> drop(frame, DropReason.FAULT);
        };
    }

    private Verdict echo(Batch batch, int frame, long nowMs) {
        return switch (echoResponder.answer(packet, nowMs)) {
            case ANSWERED -> answer(batch, frame);
            case TOO_MANY -> drop(frame, DropReason.RATE_LIMITED);
            case NOT_PLAIN -> drop(frame, DropReason.ICMP_TYPE);
        };
    }

    private Verdict reset(Batch batch, int frame, long nowMs) {
        return tcpResets.answer(batch, frame, packet, nowMs)
                ? answer(batch, frame)
                : drop(frame, DropReason.BACKEND_GONE);
    }

    private Verdict forward(Batch batch, int frame, ServiceTable table, long nowMs) {
        Backend chosen = table.backend(fate.backendId());
        if (chosen == null) {
            return drop(frame, DropReason.NO_BACKEND);
        }
        boolean layer3 = chosen.isLayer3();
        if (layer3 && packet.hopLimit() <= 1) {
            return reject(batch, frame, DropReason.TTL_EXPIRED, icmpErrors.timeExceeded(batch, frame, packet, nowMs));
        }
        NextHop hop = chosen.nextHop();
        if (hop == null) {
            boolean waits = nextHopRoom.admit(batch, frame, chosen.hopSlot(), nowMs);
            return waits ? Verdict.WAITING : drop(frame, DropReason.NEXT_HOP_QUEUE_FULL);
        }
        return Delivery.reaches(chosen, hop)
                ? send(batch, frame, chosen, hop, nowMs)
                : drop(frame, DropReason.NOT_ON_SEGMENT);
    }

    private Verdict send(Batch batch, int frame, Backend chosen, NextHop hop, long nowMs) {
        int octets = packet.ipLength();
        // a part of a datagram is none of several packets: whoever cut it had a longer link
        boolean merged = octets > arm.mtu() && !packet.isFragment();
        if (merged && packet.protocol() != Protocol.TCP.number()) {
            return drop(frame, DropReason.SUPER_PACKET);
        }
        int mtu = mtu(hop);
        // who merged it left no word of how long its parts were: as long as they could have come in, and can go out
        int part = merged ? Math.min(arm.mtu(), mtu) - (octets - packet.tcpPayloadLength()) : octets;
        if (merged ? part <= 0 : octets > mtu) {
            return tooLarge(batch, frame, mtu, nowMs);
        }
        if (fate.slot() != FlowCache.MISS) {
            flows.touch(fate.slot(), octets, nowMs);
        }
        rewrite(batch, frame, chosen, hop);
        if (merged) {
            batch.sendSegmented(frame, hop.ifIndex(), part);
        } else {
            batch.send(frame, hop.ifIndex());
        }
        backend[frame] = chosen;
        ipOctets[frame] = octets;
        return Verdict.FORWARDED;
    }

    /** What the way carries of this packet: tags that leave with it take from it. */
    private int mtu(NextHop hop) {
        return hop.ifIndex() == arm.ifIndex() ? Math.min(hop.mtu(), arm.mtu() - packet.tagExcess()) : hop.mtu();
    }

    private Verdict tooLarge(Batch batch, int frame, int mtu, long nowMs) {
        boolean told = packet.dontFragment() && icmpErrors.tooBig(batch, frame, packet, mtu, nowMs);
        return reject(batch, frame, DropReason.TOO_LARGE, told);
    }

    private void rewrite(Batch batch, int frame, Backend chosen, NextHop hop) {
        Delivery.address(packet, chosen);
        if (chosen.isLayer3() && fate.isError()) {
            icmpErrors.passOn(packet);
        }
        int tags = packet.tagOctets();
        if (tags > 0 && hop.ifIndex() != arm.ifIndex()) {
            // tags are of the wire they came by; another interface, such as a VLAN of this one, puts its own on
            batch.trim(frame, tags);
            packet.ethernet().wrap(batch.frames(), batch.at(frame));
        }
        Delivery.hand(packet, hop);
    }

    /** A packet dropped, in whose frame there may now be an ICMP error that says so to its sender. */
    private Verdict reject(Batch batch, int frame, DropReason why, boolean told) {
        if (told) {
            batch.send(frame, arm.ifIndex());
        }
        return drop(frame, why);
    }

    private Verdict drop(int frame, DropReason why) {
        reason[frame] = why;
        return Verdict.DROPPED;
    }

    /** Counts every verdict of a batch that has been sent. */
    public void settle(Batch batch) {
        for (int frame = 0; frame < batch.count(); frame++) {
            DropReason why = reason[frame];
            if (batch.errno(frame) != 0) {
                why = why == null ? DropReason.ofErrno(batch.errno(frame)) : untold(why);
            }
            Backend receiver = backend[frame];
            if (why != null) {
                counters.dropped(why);
            } else {
                counters.verdict(verdict[frame]);
                if (receiver != null) {
                    receiver.meter().count(arm.worker(), ipOctets[frame]);
                }
            }
        }
    }

    /** The error that would have told why did not go out. */
    private DropReason untold(DropReason why) {
        icmpErrors.refused();
        return why;
    }

    /** Counts a batch on whose way a fault happened: all of it is lost, but for what waits already. */
    void abandon(Batch batch) {
        released = 0;
        for (int frame = 0; frame < batch.count(); frame++) {
            if (frame < decided && verdict[frame] == Verdict.WAITING) {
                counters.verdict(Verdict.WAITING);
            } else {
                counters.dropped(DropReason.FAULT);
            }
        }
    }

    /** Gives up on all that waits: nobody will look again. */
    void end() {
        nextHopRoom.expire(Long.MAX_VALUE, counters);
        fragmentRoom.expire(Long.MAX_VALUE, counters);
    }

    /** Lets the counters know what is worth seeing but is no verdict. */
    void observe() {
        counters.observe(Observed.FRAGMENTED_DATAGRAMS, fragments.datagrams());
        counters.observe(Observed.FRAGMENTED_DATAGRAM_EVICTIONS, fragments.evictions());
        counters.observe(Observed.ICMP_ERRORS_SENT, icmpErrors.sent());
        counters.observe(Observed.ICMP_ERRORS_SUPPRESSED, icmpErrors.suppressed());
        counters.observe(Observed.TCP_RESETS_SENT, tcpResets.sent());
        counters.observe(Observed.TCP_RESETS_SUPPRESSED, tcpResets.suppressed());
        flowPlacement.observe(counters);
    }
}
