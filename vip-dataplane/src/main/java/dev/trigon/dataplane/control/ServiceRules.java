package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Whether services go together: what no single entry of a list can say of itself. */
final class ServiceRules {
    /** What a heap of 512 MiB has room for while all of them change. */
    static final int MOST_SERVICES = 10_000;

    static final int MOST_BACKENDS = 50_000;

    private record Endpoint(InetAddress vip, Protocol protocol) {}

    private ServiceRules() {}

    static void check(List<ServiceDraft> services) throws Refusal {
        checkNumber(services);
        checkNames(services);
        checkModes(services);
        checkOverlaps(services);
        FlowRules.check(services);
        HealthRules.check(services);
        Set<InetAddress> vips = new HashSet<>();
        services.forEach(service -> vips.add(service.vip()));
        for (ServiceDraft service : services) {
            checkBackends(service, vips);
        }
    }

    private static void checkNumber(List<ServiceDraft> services) throws Refusal {
        checkNumber(services.size(), MOST_SERVICES, "services", "a service may have many ports");
        int backends =
                services.stream().mapToInt(service -> service.backends().size()).sum();
        checkNumber(backends, MOST_BACKENDS, "backends", "a server counts once a service");
    }

    private static void checkNumber(int number, int most, String what, String hint) throws Refusal {
        if (number > most) {
            throw new Refusal(
                    "the " + what,
                    "there would be " + number + " of them, and vipd has memory for " + most,
                    "have no more than that: " + hint);
        }
    }

    private static void checkNames(List<ServiceDraft> services) throws Refusal {
        Set<String> names = new HashSet<>();
        for (ServiceDraft service : services) {
            if (!names.add(service.name())) {
                throw conflict(
                        named(service),
                        "a service of that name is there already",
                        "choose another name, or change that one");
            }
        }
    }

    /** A server's agent holds a VIP in one mode; it cannot tell two apart by the port. */
    private static void checkModes(List<ServiceDraft> services) throws Refusal {
        Map<InetAddress, ServiceDraft> first = new HashMap<>();
        for (ServiceDraft service : services) {
            ServiceDraft other = first.putIfAbsent(service.vip(), service);
            if (other != null && other.forward() != service.forward()) {
                throw conflict(
                        named(service),
                        "it forwards VIP " + Addresses.format(service.vip()) + " by "
                                + service.forward().label() + ", and " + named(other) + " by "
                                + other.forward().label(),
                        "use one mode a VIP, or another VIP");
            }
        }
    }

    private record Owned(PortRange range, ServiceDraft owner) {}

    private static void checkOverlaps(List<ServiceDraft> services) throws Refusal {
        Map<Endpoint, TreeMap<Integer, Owned>> taken = new HashMap<>();
        for (ServiceDraft service : services) {
            TreeMap<Integer, Owned> byFirst =
                    taken.computeIfAbsent(new Endpoint(service.vip(), service.protocol()), key -> new TreeMap<>());
            for (PortRange ours : service.ports()) {
                Map.Entry<Integer, Owned> below = byFirst.floorEntry(ours.last());
                if (below != null && below.getValue().range().overlaps(ours)) {
                    throw overlap(service, ours, below.getValue());
                }
            }
            service.ports().forEach(ours -> byFirst.put(ours.first(), new Owned(ours, service)));
        }
    }

    private static Refusal overlap(ServiceDraft service, PortRange ours, Owned theirs) {
        int first = Math.max(ours.first(), theirs.range().first());
        int last = Math.min(ours.last(), theirs.range().last());
        return conflict(
                named(service),
                service.protocol().label() + " port " + new PortRange(first, last) + " of VIP "
                        + Addresses.format(service.vip()) + " belongs to " + named(theirs.owner()),
                "choose other ports, or change that one first");
    }

    private static void checkBackends(ServiceDraft service, Set<InetAddress> vips) throws Refusal {
        Set<String> names = new HashSet<>();
        Map<InetAddress, String> addresses = new HashMap<>();
        for (BackendDraft backend : service.backends()) {
            String what = "backend '" + backend.name() + "' of " + named(service);
            if (!names.add(backend.name())) {
                throw conflict(
                        what, "a backend of that name is there already", "choose another name, or change that one");
            }
            String address = Addresses.format(backend.address());
            checkFamily(service, backend, what);
            String other = addresses.putIfAbsent(backend.address(), backend.name());
            if (other != null) {
                throw conflict(
                        what,
                        "backend '" + other + "' has the address " + address + " already",
                        "give it more weight instead");
            }
            if (vips.contains(backend.address())) {
                throw new Refusal(
                        what,
                        "its address " + address + " is a VIP, so packets would go round",
                        "give the server's own address");
            }
        }
    }

    /** Forwarding keeps a packet's IP header: in l2dsr as it is, in l3dsr but for one address and its DSCP. */
    private static void checkFamily(ServiceDraft service, BackendDraft backend, String what) throws Refusal {
        String vips = Addresses.family(service.vip());
        String ours = Addresses.family(backend.address());
        if (!ours.equals(vips)) {
            throw new Refusal(
                    what,
                    "its address " + Addresses.format(backend.address()) + " is " + ours + " and VIP "
                            + Addresses.format(service.vip()) + " is " + vips + ", and a packet keeps its family",
                    "give the server's " + vips + " address, or make a service of an " + ours + " VIP");
        }
    }

    static String named(ServiceDraft service) {
        return "service '" + service.name() + "'";
    }

    static Refusal conflict(String what, String why, String remedy) {
        return new Refusal(Refusal.Kind.CONFLICT, what, why, remedy);
    }
}
