package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Route;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What only the gateway's kernel knows about services: whose addresses are its own, and where its routes lead. */
final class GatewayChecks {
    private final Rtnetlink kernel;

    GatewayChecks(Rtnetlink kernel) {
        this.kernel = kernel;
    }

    void check(List<ServiceSpec> services) throws Refusal {
        Set<InetAddress> own =
                kernel.addresses().stream().map(InterfaceAddress::address).collect(Collectors.toSet());
        for (ServiceSpec service : services) {
            if (own.contains(service.vip())) {
                throw new Refusal(
                        "service " + service.name(),
                        "VIP " + service.vip().getHostAddress() + " is an address of this gateway",
                        "take the address off its interface (vipd answers ARP for it), or choose another VIP");
            }
            for (BackendSpec backend : service.backends()) {
                checkBackend(service, backend, own);
            }
        }
    }

    private void checkBackend(ServiceSpec service, BackendSpec backend, Set<InetAddress> own) throws Refusal {
        String what = "backend " + service.name() + "/" + backend.name();
        String address = backend.address().getHostAddress();
        if (own.contains(backend.address())) {
            throw new Refusal(
                    what,
                    address + " is an address of this gateway, and a gateway that is its own server loops packets",
                    "name a server on another host");
        }
        Optional<Route> route = kernel.routeTo(backend.address()).filter(r -> r.type() == Route.Type.UNICAST);
        if (route.isEmpty()) {
            throw new Refusal(
                    what, "this gateway has no route to " + address, "add one, or correct the backend's address");
        }
        InetAddress via = route.get().gateway();
        if (service.forward() == ForwardMode.L2DSR && via != null) {
            throw new Refusal(
                    what,
                    address + " is behind the router " + via.getHostAddress() + ", and l2dsr reaches only servers on a"
                            + " segment of the gateway",
                    "use forward: l3dsr, or a server on the same segment");
        }
    }
}
