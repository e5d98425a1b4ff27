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
import java.util.stream.Stream;

/** What only the gateway's kernel knows about services: whose addresses are its own, and where its routes lead. */
final class GatewayChecks {
    private static final int LAST_PORT = 65_535;

    private final Rtnetlink kernel;
    private final PortGuard portGuard;

    GatewayChecks(Rtnetlink kernel, PortGuard portGuard) {
        this.kernel = kernel;
        this.portGuard = portGuard;
    }

    /** Checks what {@code after} has and {@code before} had not. */
    void check(List<ServiceSpec> before, List<ServiceSpec> after) throws Refusal {
        Set<InetAddress> own =
                kernel.addresses().stream().map(InterfaceAddress::address).collect(Collectors.toSet());
        Set<InetAddress> oldVips = before.stream().map(ServiceSpec::vip).collect(Collectors.toSet());
        Set<Placed> oldBackends = before.stream().flatMap(Placed::of).collect(Collectors.toSet());
        Set<PortGuard.Rule> oldRules = PortGuard.rules(before, own);
        for (ServiceSpec service : after) {
            if (own.contains(service.vip())) {
                if (!oldRules.containsAll(PortGuard.rules(List.of(service), own))) {
                    checkOwnVip(service);
                }
            } else if (!oldVips.contains(service.vip())) {
                checkVip(service);
            }
            for (BackendSpec backend : service.backends()) {
                if (!oldBackends.contains(new Placed(backend.address(), service.forward()))) {
                    checkBackend(service, backend, own);
                }
            }
        }
    }

    /** What decides whether a backend can be reached. */
    private record Placed(InetAddress address, ForwardMode forward) {
        static Stream<Placed> of(ServiceSpec service) {
            return service.backends().stream().map(b -> new Placed(b.address(), service.forward()));
        }
    }

    /** The gateway lives at this address: it can spare some ports, and not all. */
    private void checkOwnVip(ServiceSpec service) throws Refusal {
        String what = "service " + service.name();
        String vip = service.vip().getHostAddress();
        if (service.ports().stream().anyMatch(range -> range.first() <= 1 && range.last() == LAST_PORT)) {
            throw new Refusal(
                    what,
                    "VIP " + vip + " is an address of this gateway, and ports any would take ssh and everything else of"
                            + " the gateway",
                    "name the ports");
        }
        if (!portGuard.isPossible()) {
            throw new Refusal(
                    what,
                    "VIP " + vip
                            + " is an address of this gateway, whose own stack is kept off its ports by the program"
                            + " nft, which is not installed",
                    "install it: apt-get install nftables");
        }
    }

    private void checkVip(ServiceSpec service) throws Refusal {
        String vip = service.vip().getHostAddress();
        Optional<Route> inTheWay = kernel.routes().stream()
                .filter(r -> service.vip().equals(r.destination())
                        && r.prefixLength() == KernelGuard.hostPrefix(r.destination()))
                .filter(r -> r.type() != Route.Type.BLACKHOLE)
                .findFirst();
        if (inTheWay.isPresent()) {
            throw new Refusal(
                    "service " + service.name(),
                    "the gateway has a route to VIP " + vip
                            + " of its own, so its kernel would send the packets on as well",
                    "remove it: ip route del " + vip);
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
        if (!isEthernet(route.get().ifIndex())) {
            throw new Refusal(
                    what,
                    "the way to " + address + " leaves by an interface that is no Ethernet",
                    "route it over Ethernet: vipd writes Ethernet frames");
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

    private boolean isEthernet(int ifIndex) {
        return kernel.links().stream().anyMatch(l -> l.index() == ifIndex && l.mac() != null && !l.loopback());
    }
}
