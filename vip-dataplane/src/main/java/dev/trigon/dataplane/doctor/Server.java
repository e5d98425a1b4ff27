package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.linux.netlink.Route;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A host behind one or several services. One that is disabled everywhere gets nothing, and may be away.
 *
 * @param name of a backend that it is; the others are at the same address
 * @param layer2 whether it is to be reached on its own segment
 * @param way as the kernel would send to it; empty: there is none
 */
record Server(InetAddress address, String name, boolean layer2, Optional<Route> way) {
    static List<Server> of(List<ServiceSpec> services, Host host) {
        Map<InetAddress, String> names = new LinkedHashMap<>();
        Map<InetAddress, Boolean> layer2 = new LinkedHashMap<>();
        for (ServiceSpec service : services) {
            for (BackendSpec backend : service.backends()) {
                if (backend.keepsFlows()) {
                    names.putIfAbsent(backend.address(), backend.name());
                    layer2.merge(backend.address(), service.forward() == ForwardMode.L2DSR, Boolean::logicalOr);
                }
            }
        }
        List<Server> servers = new ArrayList<>();
        names.forEach((address, name) -> servers.add(new Server(
                address,
                name,
                layer2.getOrDefault(address, false),
                host.routeTo(address).filter(it -> it.type() == Route.Type.UNICAST))));
        return List.copyOf(servers);
    }

    /** 0: there is no way to it. */
    int ifIndex() {
        return way.map(Route::ifIndex).orElse(0);
    }

    /** Whose MAC its frames get. */
    InetAddress nextHop() {
        InetAddress gateway = way.map(Route::gateway).orElse(null);
        return gateway == null ? address : gateway;
    }

    boolean isDirect() {
        return nextHop().equals(address);
    }

    String label() {
        return name + " (" + Addresses.format(address) + ")";
    }
}
