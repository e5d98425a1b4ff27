package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which server a remembered flow is bound to with these services. The rules are those of {@code ServiceTable.keeper}, by
 * addresses and without a table, so that they can be asked of services that are not in force.
 */
final class Bindings {
    private final Map<Vip, List<ServiceSpec>> services = new HashMap<>();
    private final Map<Server, BackendSpec> configured = new HashMap<>();
    private final Map<Integer, Known> known = new HashMap<>();

    private record Vip(InetAddress address, Protocol protocol) {}

    private record Server(String service, InetAddress address) {}

    private record Known(InetAddress address, boolean keepsFlows) {}

    private Bindings() {}

    static Bindings of(ServicesState state) {
        Bindings bindings = new Bindings();
        for (ServiceSpec service : state.services()) {
            bindings.services
                    .computeIfAbsent(new Vip(service.vip(), service.protocol()), vip -> new ArrayList<>())
                    .add(service);
            for (BackendSpec backend : service.backends()) {
                bindings.configured.put(new Server(service.name(), backend.address()), backend);
                bindings.known.put(backend.id(), new Known(backend.address(), backend.keepsFlows()));
            }
        }
        for (FormerBackend former : state.former()) {
            bindings.known.put(former.id(), new Known(former.address(), former.drains()));
        }
        return bindings;
    }

    /** The service that has its VIP and port, or null. */
    @Nullable
    ServiceSpec serviceOf(DataPath.Flow flow) {
        for (ServiceSpec service : services.getOrDefault(new Vip(flow.vip(), flow.protocol()), List.of())) {
            if (service.ports().stream().anyMatch(range -> range.contains(flow.vipPort()))) {
                return service;
            }
        }
        return null;
    }

    /** The server that a flow of this service stays with, or null where it is placed anew. */
    @Nullable
    InetAddress serverOf(DataPath.Flow flow, ServiceSpec service) {
        Known backend = known.get(flow.backendId());
        if (backend == null || service.flows().onePacket()) {
            return null;
        }
        BackendSpec heir = configured.get(new Server(service.name(), backend.address()));
        boolean keeps = heir == null ? backend.keepsFlows() : heir.keepsFlows();
        return keeps ? backend.address() : null;
    }
}
