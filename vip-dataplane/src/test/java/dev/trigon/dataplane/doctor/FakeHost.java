package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.doctor.Echo.Outcome;
import dev.trigon.dataplane.doctor.canary.Answer;
import dev.trigon.dataplane.doctor.canary.Canary;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.Ethtool.Offload;
import dev.trigon.linux.KernelClock;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.Sysctl;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Neighbour;
import dev.trigon.linux.netlink.Route;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A host whose eth0 has 10.2.0.2/24, whose router is 10.2.0.1, and where all else is as a test says. */
final class FakeHost implements Host {
    static final int ETH0 = 2;
    static final Link LO = new Link(1, "lo", null, 65_536, true, true, true);
    static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:01");
    static final MacAddress SERVER = MacAddress.parse("02:00:00:00:00:11");

    final List<Link> links = new ArrayList<>(List.of(LO, new Link(ETH0, "eth0", OWN, 1_500, true, true, false)));
    final List<InterfaceAddress> addresses = new ArrayList<>(List.of(
            new InterfaceAddress(ETH0, Specs.address("10.2.0.2"), 24),
            new InterfaceAddress(ETH0, Specs.address("fe80::1"), 64)));
    final List<Neighbour> neighbours = new ArrayList<>();
    final List<Route> routes = new ArrayList<>();
    /** What differs from a route on eth0 itself. */
    final Map<InetAddress, Optional<Route>> ways = new HashMap<>();

    final Map<String, String> settings = new ConcurrentHashMap<>();
    final Set<Offload> on = new HashSet<>();
    final Set<Holder> holders = new HashSet<>();
    /** Beyond how many octets what becomes of an echo request. */
    final Map<InetAddress, Integer> carried = new HashMap<>();

    Outcome beyond = Outcome.SILENT;

    /** All that were sent. */
    final List<Canary> canaries = new ArrayList<>();
    /** What becomes of them: the server takes them, if no test says otherwise. */
    Function<Canary, Answer> answering = canary -> answer(Answer.Kind.TAKEN, canary.to());

    @Nullable
    RuntimeException failure;

    KernelClock.Reading clock = new KernelClock.Reading(true, 12_345);
    Descriptors openFiles = new Descriptors(80, 1_024);
    Space space = new Space(5L << 30, 10L << 30);

    static Route route(String destination, int length, @Nullable String gateway, int mtu) {
        InetAddress via = gateway == null ? null : Specs.address(gateway);
        return new Route(Route.Type.UNICAST, Specs.address(destination), length, ETH0, via, null, 4, mtu);
    }

    static Answer answer(Answer.Kind kind, InetAddress from) {
        return new Answer(kind, from, SERVER, 64, "");
    }

    @Override
    public List<Link> links() {
        if (failure != null) {
            throw failure;
        }
        return links;
    }

    @Override
    public List<InterfaceAddress> addresses() {
        return addresses;
    }

    @Override
    public List<Neighbour> neighbours() {
        return neighbours;
    }

    @Override
    public List<Route> routes() {
        return routes;
    }

    @Override
    public Optional<Route> routeTo(InetAddress destination) {
        int length = 8 * destination.getAddress().length;
        return ways.getOrDefault(destination, Optional.of(route(destination.getHostAddress(), length, null, 0)));
    }

    @Override
    public Optional<String> setting(Sysctl name) {
        return Optional.ofNullable(settings.get(name.name()));
    }

    @Override
    public void set(Sysctl name, String value) {
        settings.put(name.name(), value);
    }

    @Override
    public boolean isOn(String interfaceName, Offload offload) {
        return on.contains(offload);
    }

    @Override
    public KernelClock.Reading clock() {
        return clock;
    }

    @Override
    public Descriptors openFiles() {
        return openFiles;
    }

    @Override
    public Space space(Path directory) {
        return space;
    }

    @Override
    public Set<Holder> holders(List<Link> asked, List<InetAddress> vips) {
        return holders;
    }

    @Override
    public Echo echo(InetAddress address, int octets) {
        int most = carried.getOrDefault(address, Integer.MAX_VALUE);
        return octets <= most ? new Echo(Outcome.ANSWERED, "") : new Echo(beyond, "MTU " + most);
    }

    @Override
    public Map<Canary, Answer> answers(List<Canary> asked, List<Link> at, IntFunction<@Nullable Backend> backends) {
        canaries.addAll(asked);
        return asked.stream().collect(Collectors.toMap(it -> it, answering));
    }
}
