package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.Handshakes;
import dev.trigon.conntrack.RateLimit;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.forward.Memory;
import dev.trigon.dataplane.forward.Worker;
import dev.trigon.dataplane.port.PacketPort;
import dev.trigon.dataplane.port.PortException;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceTable;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What the engine's crew works with: the gateway's interfaces, and the flows and services that all workers share. */
final class CrewMeans implements Crew.Means {
    private final EngineSettings settings;
    private final Arms arms;
    private final Offloads offloads;
    private final SolicitedNodes solicitedNodes;
    private final FlowStore store;
    private final Supplier<ServiceTable> services;
    private final LongSupplier clockMs;
    private final Ports ports;
    private final Pinning pinning;

    /** @param services in force */
    CrewMeans(
            EngineSettings settings,
            Arms arms,
            Offloads offloads,
            SolicitedNodes solicitedNodes,
            FlowStore store,
            Supplier<ServiceTable> services,
            LongSupplier clockMs)
            throws Refusal {
        this.settings = settings;
        this.arms = arms;
        this.offloads = offloads;
        this.solicitedNodes = solicitedNodes;
        this.store = store;
        this.services = services;
        this.clockMs = clockMs;
        this.ports = new Ports(settings.engine(), settings.interfaces(), settings.faults(), settings.trace());
        this.pinning = Pinning.to(settings.cpus());
    }

    @Override
    public Arms.Found find(String interfaceName) throws Refusal {
        return arms.find(interfaceName);
    }

    @Override
    public OpenedArm open(Arms.Found found) throws PortException {
        return ports.open(found);
    }

    @Override
    public Worker hire(Arm arm, PacketPort port, int workers) {
        Memory memory = new Memory(
                new FlowCache(store.flows(), settings.cachedFlows(workers), settings.timeouts()),
                new Handshakes(Handshakes.DEFAULT_ENTRIES),
                new Affinities(store.clients()),
                new RateLimit(settings.newFlowsPerSecond()));
        return new Worker(arm, port, memory, services, clockMs, settings.answers());
    }

    @Override
    public void prepareThread(int number) {
        pinning.pin(number);
    }

    @Override
    public void joins(Arm arm) {
        arms.learnAddresses(List.of(arm));
        offloads.renew(arm.interfaceName());
        solicitedNodes.add(arm);
    }

    @Override
    public void left(Arm arm) {
        solicitedNodes.remove(arm);
    }
}
