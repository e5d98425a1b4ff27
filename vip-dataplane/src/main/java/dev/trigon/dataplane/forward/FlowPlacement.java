package dev.trigon.dataplane.forward;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.Handshakes;
import dev.trigon.conntrack.RateLimit;
import dev.trigon.conntrack.TcpTracking;
import dev.trigon.dataplane.service.AffinityScope;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Service;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.wire.Packet;
import org.jspecify.annotations.Nullable;

/**
 * Says which backend a TCP or UDP packet goes to. What is known comes first, in this order: the flow, the handshake, the
 * client's affinity; then the service's scheduler.
 *
 * <p>What is not to be remembered is placed by hash, so that its next packet goes the same way: SYNs and new flows beyond the
 * rates that are remembered, new flows while the flow table is full, and connections that are met in the middle. And since a flow
 * that was not remembered may be with its next packet, all is placed by hash for a while after one was not.
 */
final class FlowPlacement {
    /** Longer than a client takes to send a SYN again, or most of those who send datagrams their next. */
    private static final long BY_HASH_MS = 30_000;

    private final int worker;
    private final FlowCache flows;
    private final Handshakes handshakes;
    private final Affinities affinities;
    private final RateLimit newFlows;
    private final FlowKey key = new FlowKey();
    private final FlowKey client = new FlowKey();
    /** What begins before that is placed by hash, remembered or not. */
    private long byHashUntilMs;
    /** The same for clients. */
    private long clientsByHashUntilMs;

    private boolean usualChosen;
    private long notRemembered;
    private long affinityFull;

    /** @param worker whose memory that is */
    FlowPlacement(Memory memory, int worker) {
        this.worker = worker;
        this.flows = memory.flows();
        this.handshakes = memory.handshakes();
        this.affinities = memory.affinities();
        this.newFlows = memory.newFlows();
    }

    void place(Packet packet, Service service, ServiceTable table, long nowMs, Fate fate) {
        key.set(
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.protocol(),
                packet.sourcePort(),
                packet.destinationPort());
        if (service.isOnePacket()) {
            to(service.choose(key), fate);
            return;
        }
        int slot = flows.lookup(key, service.timeouts(), nowMs);
        boolean tcp = packet.protocol() == Protocol.TCP.number();
        if (slot != FlowCache.MISS && placeKnown(slot, packet, tcp, service, table, nowMs, fate)) {
            return;
        }
        if (!tcp) {
            placeDatagram(packet, service, table, nowMs, fate);
        } else if (TcpTracking.opens(packet.tcp().flags())) {
            placeHandshake(service, table, nowMs, fate);
        } else {
            placeMidStream(packet, service, table, nowMs, fate);
        }
    }

    /** False: the flow is none any more, and its packet one of a new flow. */
    private boolean placeKnown(
            int slot, Packet packet, boolean tcp, Service service, ServiceTable table, long nowMs, Fate fate) {
        boolean opens = tcp && TcpTracking.opens(packet.tcp().flags());
        if (tcp && TcpTracking.opensAnew(flows.state(slot), packet.tcp().flags())) {
            flows.remove(slot);
            return false;
        }
        Backend keeper = table.keeper(flows.backendId(slot), service);
        if (keeper != null && opens) {
            // a retransmission, or a port used again before its time: the backend answers for itself; and the flow is
            // not kept alive, or a client that tries in vain would keep it for ever
            fate.toBackend(keeper.id(), FlowCache.MISS);
            return true;
        }
        if (keeper != null) {
            if (keeper.id() != flows.backendId(slot)) {
                flows.reassign(slot, keeper.id());
            }
            if (tcp) {
                flows.follow(slot, packet.tcp().flags(), packet.tcp().sequence(), packet.tcpPayloadLength(), nowMs);
            }
            fate.toBackend(keeper.id(), slot);
            return true;
        }
        boolean gone = table.backend(flows.backendId(slot)) != null;
        if (gone && tcp && !opens && service.resetsWhenDown()) {
            // remembered as closed: packets that are under way are not taken for a connection of another server's
            flows.state(slot, FlowState.CLOSED, nowMs);
            flows.touch(slot, 0, nowMs);
            fate.reset();
            return true;
        }
        flows.remove(slot);
        return false;
    }

    /** A client begins a connection. Nothing but the handshakes learns of it before it answers. */
    private void placeHandshake(Service service, ServiceTable table, long nowMs, Fate fate) {
        Backend begun =
                table.keeper(handshakes.backendOf(key, service.timeouts().synMs(), nowMs), service);
        if (begun != null) {
            begun.meter().countRepeated(worker);
            if (begun.takesNewFlows()) {
                handshakes.begin(key, begun.id(), nowMs);
            }
            fate.toBackend(begun.id(), FlowCache.MISS);
            return;
        }
        boolean noted = handshakes.permits(nowMs);
        boolean scheduled = isScheduled(noted && flows.hasRoom(), nowMs);
        Backend chosen = choose(key, service, scheduled, table, nowMs);
        if (chosen != null && noted) {
            handshakes.begin(key, chosen.id(), nowMs);
            if (service.affinity() != null && !usualChosen && handshakes.permits(nowMs)) {
                // the connections that a client begins at once go to one backend too
                handshakes.begin(client, chosen.id(), nowMs);
            }
        }
        to(chosen, fate);
    }

    /** Whether the scheduler may choose, which depends on more than the packet. */
    private boolean isScheduled(boolean remembered, long nowMs) {
        if (!remembered) {
            byHashUntilMs = nowMs + BY_HASH_MS;
        }
        return nowMs >= byHashUntilMs;
    }

    /** A client ends its handshake, or goes on with a connection that is older than the flow table. */
    private void placeMidStream(Packet packet, Service service, ServiceTable table, long nowMs, Fate fate) {
        int flags = packet.tcp().flags();
        Backend begun =
                table.keeper(handshakes.backendOf(key, service.timeouts().synMs(), nowMs), service);
        Backend chosen = begun != null ? begun : choose(key, service, false, table, nowMs);
        if (begun != null) {
            begun.meter().countCompleted(worker);
        }
        to(chosen, fate);
        if (chosen == null || TcpTracking.resets(flags)) {
            return;
        }
        if (isRemembered(begun != null, nowMs)) {
            int slot = flows.create(key, chosen.id(), TcpTracking.first(flags), packet.ipLength(), nowMs);
            flows.follow(slot, flags, packet.tcp().sequence(), packet.tcpPayloadLength(), nowMs);
            handshakes.end(key);
            if (begun != null) {
                rememberClient(service, chosen, nowMs);
            }
        } else if (begun != null) {
            // the handshakes stand in for the flow table as long as they can
            handshakes.begin(key, begun.id(), nowMs);
        }
    }

    private void placeDatagram(Packet packet, Service service, ServiceTable table, long nowMs, Fate fate) {
        boolean remembered = isRemembered(false, nowMs);
        Backend chosen = choose(key, service, isScheduled(remembered, nowMs), table, nowMs);
        if (chosen != null && remembered) {
            flows.create(key, chosen.id(), FlowState.UDP, packet.ipLength(), nowMs);
            rememberClient(service, chosen, nowMs);
        }
        to(chosen, fate);
    }

    private static void to(@Nullable Backend chosen, Fate fate) {
        if (chosen == null) {
            fate.drop(DropReason.NO_BACKEND);
        } else {
            fate.toBackend(chosen.id(), FlowCache.MISS);
        }
    }

    /** @param counted whether it was among the handshakes, whose rate is limited already */
    private boolean isRemembered(boolean counted, long nowMs) {
        boolean remembered = flows.hasRoom() && (counted || newFlows.permits(nowMs));
        notRemembered += remembered ? 0 : 1;
        return remembered;
    }

    /**
     * A backend for what has none yet.
     *
     * @param scheduled whether the scheduler may choose; if not the choice follows from the packet alone
     */
    private @Nullable Backend choose(FlowKey flow, Service service, boolean scheduled, ServiceTable table, long nowMs) {
        AffinityScope scope = service.affinity();
        usualChosen = false;
        if (scope == null) {
            return scheduled ? service.choose(flow) : service.chooseByHash(flow);
        }
        scope.keyOf(flow.clientHigh(), flow.clientLow(), client);
        Backend usual = usual(service, scope, table, nowMs);
        if (usual != null) {
            usualChosen = true;
            return usual;
        }
        boolean inTurn = scheduled && nowMs >= clientsByHashUntilMs;
        return inTurn ? service.choose(client) : service.chooseByHash(client);
    }

    /** The backend that a client had last, if it takes new flows. */
    private @Nullable Backend usual(Service service, AffinityScope scope, ServiceTable table, long nowMs) {
        int remembered = affinities.backendOf(client, scope.timeMs(), nowMs);
        int id = remembered == Affinities.NONE
                ? handshakes.backendOf(client, service.timeouts().synMs(), nowMs)
                : remembered;
        Backend known = table.keeper(id, service);
        return known != null && known.service() == service && known.takesNewFlows() ? known : null;
    }

    private void rememberClient(Service service, Backend chosen, long nowMs) {
        AffinityScope scope = service.affinity();
        if (scope == null) {
            return;
        }
        scope.keyOf(key.clientHigh(), key.clientLow(), client);
        if (affinities.remember(client, chosen.id(), scope.timeMs(), nowMs)) {
            // what was noted for the time of a handshake is not to last beyond the client's own time
            handshakes.end(client);
        } else {
            if (handshakes.backendOf(client, service.timeouts().synMs(), nowMs) != Handshakes.NONE) {
                handshakes.begin(client, chosen.id(), nowMs);
            }
            affinityFull++;
            clientsByHashUntilMs = nowMs + BY_HASH_MS;
        }
    }

    /**
     * Where the next packet of a flow would go, as far as that can be told without placing one; null: it cannot. For an error
     * about the flow, which neither opens it nor keeps it alive: anybody can send one.
     */
    @Nullable
    Backend expected(FlowKey flow, Service service, ServiceTable table, long nowMs) {
        if (service.isOnePacket()) {
            return service.scheduler().isHashing() ? service.peek(flow) : null;
        }
        int slot = flows.lookup(flow, service.timeouts(), nowMs);
        int id = slot == FlowCache.MISS
                ? handshakes.backendOf(flow, service.timeouts().synMs(), nowMs)
                : flows.backendId(slot);
        Backend keeper = table.keeper(id, service);
        return keeper != null ? keeper : choose(flow, service, false, table, nowMs);
    }

    void observe(Counters counters) {
        counters.observe(Observed.FLOWS_NOT_REMEMBERED, notRemembered);
        counters.observe(Observed.AFFINITY_FULL, affinityFull);
        counters.observe(Observed.HANDSHAKES_NOT_REMEMBERED, handshakes.notNoted());
        counters.observe(Observed.HANDSHAKES_DISPLACED, handshakes.displaced());
    }
}
