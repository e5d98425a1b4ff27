package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.control.DataPath.Explanation;
import dev.trigon.dataplane.control.DataPath.Flow;
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

/** The flow table as operators see it. */
final class FlowView {
    private static final long MS_PER_SECOND = 1_000;
    private static final int NO_BACKEND = 0;

    private final FlowTable flows;
    private final FlowTimeouts timeouts;
    private final LongSupplier clockMs;

    FlowView(FlowTable flows, FlowTimeouts timeouts, LongSupplier clockMs) {
        this.flows = flows;
        this.timeouts = timeouts;
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
        FlowRecord known = new FlowRecord();
        boolean remembered =
                flows.find(key, known) && !timeouts.expired(known.state(), known.lastSeenMs(), clockMs.getAsLong());
        if (remembered) {
            Backend backend = table.backend(known.backendId());
            if (backend != null && backend.service() == service) {
                return new Explanation(name, backend.id(), "flow", null);
            }
        }
        Backend next = service.peek(key.hash());
        if (next == null) {
            return new Explanation(name, NO_BACKEND, "no-backend", null);
        }
        return new Explanation(name, next.id(), service.scheduler().isHashing() ? "hash" : "schedule", null);
    }
}
