package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.FlowTable;
import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.doctor.Gateway;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The engine, as the doctor sees it. */
record ExaminedGateway(
        DataPath dataPath,
        Supplier<List<ServiceSpec>> published,
        IntFunction<@Nullable Backend> backends,
        Supplier<Set<InetAddress>> ownAddresses,
        FlowTable clientTable,
        VipdConfig.Engine wantedEngine,
        Path state,
        KernelGuard guard,
        PortGuard portGuard,
        Offloads offloads)
        implements Gateway {
    @Override
    public List<ServiceSpec> services() {
        return published.get();
    }

    @Override
    public @Nullable Backend backend(int id) {
        return backends.apply(id);
    }

    @Override
    public Fill clients() {
        return new Fill(clientTable.size(), clientTable.maxFlows());
    }

    @Override
    public Set<InetAddress> unguarded(Set<InetAddress> vips) {
        return guard.missing(vips);
    }

    @Override
    public int guardProtocol() {
        return KernelGuard.ROUTE_PROTOCOL;
    }

    @Override
    public @Nullable String portGuardFault() {
        return portGuard.fault();
    }

    @Override
    public void repairGuards() {
        Set<InetAddress> vips =
                services().stream().map(ServiceSpec::vip).collect(Collectors.toCollection(HashSet::new));
        vips.removeAll(ownAddresses.get());
        guard.add(vips);
        portGuard.repair();
    }

    @Override
    public void switchOffOffloads() {
        offloads.check();
    }
}
