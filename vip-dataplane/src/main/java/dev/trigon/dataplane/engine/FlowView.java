package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.dataplane.control.DataPath.Explanation;
import dev.trigon.dataplane.control.DataPath.Flow;
import dev.trigon.dataplane.service.AffinityScope;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Service;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Vip;
import dev.trigon.dataplane.wire.IpAddress;
import java.net.InetAddress;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The flow table as operators see it. */
final class FlowView {
    private static final long MS_PER_SECOND = 1_000;
    private static final int NO_BACKEND = 0;

    private final FlowTable flows;
    private final FlowTable clients;
    private final LongSupplier clockMs;

    FlowView(FlowStore store, LongSupplier clockMs) {
        this.flows = store.flows();
        this.clients = store.clients();
        this.clockMs = clockMs;
    }

    void forEach(ServiceTable table, Consumer<Flow> visitor) {
        long nowMs = clockMs.getAsLong();
        flows.forEach(record -> visitor.accept(flow(record, table, nowMs)));
    }

    /** Removes those flows from the table. */
    long flush(ServiceTable table, Predicate<Flow> which) {
        long nowMs = clockMs.getAsLong();
        FlowRecord scratch = new FlowRecord();
        long[] removed = new long[1];
        flows.forEach(record -> {
            if (which.test(flow(record, table, nowMs)) && flows.remove(record.key(), scratch)) {
                removed[0]++;
            }
        });
        return removed[0];
    }

    private static Flow flow(FlowRecord record, ServiceTable table, long nowMs) {
        FlowKey key = record.key();
        Vip vip = table.vip(key.vipHigh(), key.vipLow());
        Service service = vip == null ? null : vip.service(key.protocol(), key.vipPort());
        return new Flow(
                key.protocol() == Protocol.TCP.number() ? Protocol.TCP : Protocol.UDP,
                IpAddress.toInetAddress(key.clientHigh(), key.clientLow()),
                key.clientPort(),
                IpAddress.toInetAddress(key.vipHigh(), key.vipLow()),
                key.vipPort(),
                service == null ? null : service.spec().name(),
                record.backendId(),
                record.state().label(),
                Math.max(0, nowMs - record.lastSeenMs()) / MS_PER_SECOND,
                record.packets(),
                record.bytes());
    }

    /**
     * Decides as the packet path does, and leaves everything as it is. It sees what the flow table holds: a connection whose
     * handshake is not complete is still its worker's alone, and a flow's last packets may be some seconds old.
     */
    Explanation explain(
            ServiceTable table, Protocol protocol, InetAddress client, int clientPort, InetAddress vip, int vipPort) {
        Vip served = table.vip(IpAddress.high(vip), IpAddress.low(vip));
        Service service = served == null ? null : served.service(protocol.number(), vipPort);
        if (service == null) {
            return new Explanation(null, NO_BACKEND, "no-service", null);
        }
        FlowKey key = new FlowKey()
                .set(
                        IpAddress.high(client),
                        IpAddress.low(client),
                        IpAddress.high(vip),
                        IpAddress.low(vip),
                        protocol.number(),
                        clientPort,
                        vipPort);
        String name = service.spec().name();
        long nowMs = clockMs.getAsLong();
        FlowRecord flow = new FlowRecord();
        if (service.isOnePacket()) {
            return explainNew(table, service, key, nowMs, "each datagram is placed by itself");
        }
        if (!isRemembered(key, flow, service, nowMs)) {
            return explainNew(table, service, key, nowMs, null);
        }
        Backend keeper = table.keeper(flow.backendId(), service);
        if (keeper != null) {
            return new Explanation(name, keeper.id(), "flow", known(flow, keeper, nowMs));
        }
        return explainNew(table, service, key, nowMs, goneOf(table.backend(flow.backendId()), service, protocol));
    }

    private static String known(FlowRecord flow, Backend keeper, long nowMs) {
        long idleSeconds = Math.max(0, nowMs - flow.lastSeenMs()) / MS_PER_SECOND;
        String text = flow.state().label() + ", idle for " + idleSeconds + " s";
        return keeper.takesNewFlows() ? text : text + "; its backend takes no new flows";
    }

    /** Why a flow that is remembered does not bind any more. */
    private static String goneOf(@Nullable Backend backend, Service service, Protocol protocol) {
        if (backend == null) {
            return "there is a flow, whose backend is not known any more";
        }
        String why = backend.service() == null ? "was forced out" : "is disabled";
        String what = protocol == Protocol.TCP && service.resetsWhenDown()
                ? "its client is sent an RST, and its next connection goes on"
                : "it moves with its next packet";
        return "there is a flow of " + backend.name() + ", which " + why + ": " + what;
    }

    private boolean isRemembered(FlowKey key, FlowRecord into, Service service, long nowMs) {
        return flows.find(key, into) && !service.timeouts().expired(into.state(), into.lastSeenMs(), nowMs);
    }

    private Explanation explainNew(
            ServiceTable table, Service service, FlowKey key, long nowMs, @Nullable String detail) {
        String name = service.spec().name();
        FlowKey placed = key;
        AffinityScope scope = service.affinity();
        if (scope != null) {
            FlowKey client = scope.keyOf(key.clientHigh(), key.clientLow(), new FlowKey());
            int id = new Affinities(clients).backendOf(client, scope.timeMs(), nowMs);
            Backend usual = id == Affinities.NONE ? null : table.keeper(id, service);
            if (usual != null && usual.service() == service && usual.takesNewFlows()) {
                return new Explanation(name, usual.id(), "affinity", detail);
            }
            placed = client;
        }
        Backend next = service.peek(placed);
        if (next == null) {
            return new Explanation(name, NO_BACKEND, "no-backend", detail);
        }
        return new Explanation(name, next.id(), service.scheduler().isHashing() ? "hash" : "schedule", detail);
    }
}
