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
 * rates that are remembered, new flows while the flow table is full, and connections that are met in the middle.
 */
final class FlowPlacement {
    private final FlowCache flows;
    private final Handshakes handshakes;
    private final Affinities affinities;
    private final RateLimit newFlows;
    private final FlowKey key = new FlowKey();
    private final FlowKey client = new FlowKey();
    private long notRemembered;
    private long affinityFull;

    FlowPlacement(Memory memory) {
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
            to(service.choose(key.hash()), fate);
            return;
        }
        int slot = flows.lookup(key, service.timeouts(), nowMs);
        boolean tcp = packet.protocol() == Protocol.TCP.number();
        if (slot != FlowCache.MISS && placeKnown(slot, packet, tcp, service, table, nowMs, fate)) {
            return;
        }
        if (!tcp) {
            placeDatagram(service, table, nowMs, fate);
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
        if (opens && TcpTracking.opensAnew(flows.state(slot), packet.tcp().flags())) {
            flows.remove(slot);
            return false;
        }
        Backend keeper = table.keeper(flows.backendId(slot), service);
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
            // retransmitted
            handshakes.begin(key, begun.id(), nowMs);
            fate.toBackend(begun.id(), FlowCache.MISS);
            return;
        }
        boolean noted = handshakes.permits(nowMs);
        Backend chosen = choose(service, noted, table, nowMs);
        if (chosen != null && noted) {
            handshakes.begin(key, chosen.id(), nowMs);
            if (service.affinity() != null) {
                // the connections that a client begins at once go to one backend too
                handshakes.begin(client, chosen.id(), nowMs);
            }
        }
        to(chosen, fate);
    }

    /** A client ends its handshake, or goes on with a connection that is older than the flow table. */
    private void placeMidStream(Packet packet, Service service, ServiceTable table, long nowMs, Fate fate) {
        int flags = packet.tcp().flags();
        Backend begun =
                table.keeper(handshakes.backendOf(key, service.timeouts().synMs(), nowMs), service);
        Backend chosen = begun != null ? begun : choose(service, false, table, nowMs);
        if (chosen == null || TcpTracking.resets(flags)) {
            to(chosen, fate);
        } else if (isRemembered(nowMs)) {
            int slot = flows.create(key, chosen.id(), TcpTracking.first(flags), nowMs);
            flows.follow(slot, flags, packet.tcp().sequence(), packet.tcpPayloadLength(), nowMs);
            handshakes.end(key);
            rememberClient(service, chosen, nowMs);
            fate.toBackend(chosen.id(), slot);
        } else {
            to(chosen, fate);
        }
    }

    private void placeDatagram(Service service, ServiceTable table, long nowMs, Fate fate) {
        boolean remembered = isRemembered(nowMs);
        Backend chosen = choose(service, remembered, table, nowMs);
        if (chosen != null && remembered) {
            int slot = flows.create(key, chosen.id(), FlowState.UDP, nowMs);
            rememberClient(service, chosen, nowMs);
            fate.toBackend(chosen.id(), slot);
        } else {
            to(chosen, fate);
        }
    }

    private static void to(@Nullable Backend chosen, Fate fate) {
        if (chosen == null) {
            fate.drop(DropReason.NO_BACKEND);
        } else {
            fate.toBackend(chosen.id(), FlowCache.MISS);
        }
    }

    private boolean isRemembered(long nowMs) {
        boolean remembered = flows.hasRoom() && newFlows.permits(nowMs);
        notRemembered += remembered ? 0 : 1;
        return remembered;
    }

    /**
     * A backend for what has none yet.
     *
     * @param scheduled whether the choice will be remembered; if not it must follow from the packet alone
     */
    private @Nullable Backend choose(Service service, boolean scheduled, ServiceTable table, long nowMs) {
        AffinityScope scope = service.affinity();
        long hash = key.hash();
        if (scope != null) {
            scope.keyOf(key.clientHigh(), key.clientLow(), client);
            Backend usual = usual(service, scope, table, nowMs);
            if (usual != null) {
                return usual;
            }
            hash = client.hash();
        }
        return scheduled ? service.choose(hash) : service.chooseByHash(hash);
    }

    /** The backend that a client had last, if it takes new flows. */
    private @Nullable Backend usual(Service service, AffinityScope scope, ServiceTable table, long nowMs) {
        int id = affinities.backendOf(client, scope.timeMs(), nowMs);
        Backend known = table.keeper(
                id == Affinities.NONE
                        ? handshakes.backendOf(client, service.timeouts().synMs(), nowMs)
                        : id,
                service);
        return known != null && known.service() == service && known.takesNewFlows() ? known : null;
    }

    private void rememberClient(Service service, Backend chosen, long nowMs) {
        AffinityScope scope = service.affinity();
        if (scope != null) {
            scope.keyOf(key.clientHigh(), key.clientLow(), client);
            if (!affinities.remember(client, chosen.id(), scope.timeMs(), nowMs)) {
                affinityFull++;
            }
        }
    }

    /**
     * Where the next packet of a flow would go, as far as that can be told without placing one; null: it cannot. For an error
     * about the flow, which neither opens it nor keeps it alive: anybody can send one.
     */
    @Nullable
    Backend expected(FlowKey flow, Service service, ServiceTable table, long nowMs) {
        int slot = flows.lookup(flow, service.timeouts(), nowMs);
        int id = slot == FlowCache.MISS
                ? handshakes.backendOf(flow, service.timeouts().synMs(), nowMs)
                : flows.backendId(slot);
        Backend keeper = table.keeper(id, service);
        if (keeper != null) {
            return keeper;
        }
        return service.scheduler().isHashing() ? service.peek(flow.hash()) : null;
    }

    void observe(Counters counters) {
        counters.observe(Observed.FLOWS_NOT_REMEMBERED, notRemembered);
        counters.observe(Observed.AFFINITY_FULL, affinityFull);
        counters.observe(Observed.HANDSHAKES_NOT_REMEMBERED, handshakes.notNoted());
        counters.observe(Observed.HANDSHAKES_DISPLACED, handshakes.displaced());
    }
}
