package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Route;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who is asked: servers that packets of clients get to, as far as the gateway's routes go, each once for each of its VIPs.
 *
 * @param nobodyToAsk labels of servers that the gateway has no address towards but VIPs
 * @param all how many there are, of which those are a sample
 */
record Posts(List<Post> asked, List<String> nobodyToAsk, int all) {
    /** Each is sent an echo request, and a SYN for each of its ports; who does not answer, more. */
    static final int MOST = 256;

    /** Of one server for one VIP. */
    static final int MOST_PORTS = 4;

    private record Place(InetAddress vip, InetAddress server) {}

    private record Of(ServiceSpec service, BackendSpec backend) {}

    static Posts of(Patient patient) {
        Map<Place, List<Of>> places = places(patient);
        List<Place> sample = Sample.of(List.copyOf(places.keySet()), MOST);
        Map<InetAddress, Server> servers =
                patient.servers().stream().collect(Collectors.toMap(Server::address, it -> it));
        List<InterfaceAddress> own = patient.host().addresses();
        Set<InetAddress> vips = patient.vips();
        List<Post> asked = new ArrayList<>();
        List<String> nobodyToAsk = new ArrayList<>();
        for (Place place : sample) {
            Server server = servers.get(place.server);
            List<Of> backends = places.get(place);
            if (server == null || backends == null) {
                continue;
            }
            Optional<InetAddress> from = source(server, own, vips);
            if (from.isEmpty()) {
                nobodyToAsk.add(server.label() + " for VIP " + Addresses.format(place.vip));
            } else {
                Of first = backends.get(0);
                int dscp = first.service.dscp();
                asked.add(new Post(server, place.vip, first.backend.id(), dscp, ports(backends), from.get()));
            }
        }
        return new Posts(asked, nobodyToAsk, places.size());
    }

    private static Map<Place, List<Of>> places(Patient patient) {
        Set<InetAddress> own = patient.ownAddresses();
        Map<InetAddress, Server> reached = new HashMap<>();
        patient.servers().stream()
                .filter(it -> it.way().isPresent() && !own.contains(it.address()))
                .filter(it -> it.isDirect() || !it.layer2())
                .forEach(it -> reached.put(it.address(), it));
        Map<Place, List<Of>> places = new LinkedHashMap<>();
        for (ServiceSpec service : patient.gateway().services()) {
            for (BackendSpec backend : service.backends()) {
                if (backend.keepsFlows() && reached.containsKey(backend.address())) {
                    places.computeIfAbsent(new Place(service.vip(), backend.address()), it -> new ArrayList<>())
                            .add(new Of(service, backend));
                }
            }
        }
        return places;
    }

    /** Of ranges none: nobody says that every port of one is in use. */
    private static List<Integer> ports(List<Of> backends) {
        Set<Integer> ports = new TreeSet<>();
        for (Of of : backends) {
            if (of.service.protocol() == Protocol.TCP) {
                of.service.ports().stream()
                        .filter(it -> it.first() == it.last())
                        .map(PortRange::first)
                        .forEach(ports::add);
                HealthSpec health = of.service.health();
                if (health != null && of.service.ports().contains(PortRange.ALL) && health.port() != 0) {
                    ports.add(health.port());
                }
            }
        }
        return ports.stream().limit(MOST_PORTS).toList();
    }

    /** A server that is asked by a VIP would answer itself. */
    private static Optional<InetAddress> source(Server server, List<InterfaceAddress> own, Set<InetAddress> vips) {
        boolean v4 = server.address() instanceof Inet4Address;
        Stream<InetAddress> chosen = server.way().map(Route::preferredSource).stream();
        Stream<InetAddress> others =
                own.stream().filter(it -> it.ifIndex() == server.ifIndex()).map(InterfaceAddress::address);
        return Stream.concat(chosen, others)
                .filter(it -> it instanceof Inet4Address == v4 && !it.isLinkLocalAddress() && !vips.contains(it))
                .findFirst();
    }

    /** How many servers these are, and of what. */
    String names(List<Post> some) {
        long servers = some.stream().map(Post::server).distinct().count();
        String of = asked.size() + nobodyToAsk.size() == all
                ? ""
                : String.format(Locale.ROOT, ", among %,d of %,d that VIPs have", asked.size(), all);
        return Words.count(servers, "server") + of;
    }

    void tellOfNobody(Findings found) {
        if (!nobodyToAsk.isEmpty()) {
            found.unknown(
                    Words.list(nobodyToAsk),
                    "the gateway has no address towards them but VIPs, and nobody answers an address of his own",
                    Remedy.byHand("give the gateway another address on that segment: ip address add"));
        }
    }
}
