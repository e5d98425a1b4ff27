package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.config.Prefix;
import dev.trigon.linux.Sysctl;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Route;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Where VIP packets would go while vipd is away and its guard with it: back by where they came from, again and again? */
final class LoopCheck implements Check {
    /** Behind any route that leads somewhere, and behind vipd's own. */
    private static final int LAST_METRIC = 100_000;

    @Override
    public String name() {
        return "ip-forward";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        Set<Integer> arms = patient.armLinks().stream().map(Link::index).collect(Collectors.toSet());
        List<InetAddress> forwarded = patient.foreignVips().stream()
                .filter(it -> isForwarding(patient, it))
                .sorted(Comparator.comparing(InetAddress::getHostAddress))
                .toList();
        // a router's table is long: it is asked for only where it matters
        List<Route> routes = forwarded.isEmpty() ? List.of() : patient.host().routes();
        List<String> looping = new ArrayList<>();
        for (InetAddress vip : forwarded) {
            Optional<Route> way = wayWithoutVipd(patient, routes, vip);
            if (way.filter(it -> it.type() == Route.Type.UNICAST && arms.contains(it.ifIndex()))
                    .isPresent()) {
                looping.add(Addresses.format(vip));
            }
        }
        if (looping.isEmpty()) {
            found.well("forwarding", "no VIP leaves by the interface that it comes in by, with vipd or without");
        } else {
            found.wrong(
                    "VIPs " + Words.list(looping),
                    "ip_forward is 1, and without vipd's guard the way to them is out of an interface that they come in by",
                    "while vipd is stopped, each packet for them goes to and fro until its TTL ends: some fill the link"
                            + " that everybody shares",
                    Remedy.byHand("ip route add blackhole " + looping.get(0) + " metric " + LAST_METRIC
                            + " (for each, and in the network's configuration, to stay)"));
        }
        return found.all();
    }

    private static boolean isForwarding(Patient patient, InetAddress vip) {
        Sysctl setting = vip instanceof Inet4Address ? Settings.IP_FORWARD : Settings.IPV6_FORWARDING;
        return Settings.number(patient, setting) != 0;
    }

    private static Optional<Route> wayWithoutVipd(Patient patient, List<Route> routes, InetAddress vip) {
        // of several to one destination the preferred comes first, and the first of equal ones is taken
        Route best = null;
        for (Route route : routes) {
            boolean leads = route.protocol() != patient.gateway().guardProtocol()
                    && new Prefix(route.destination(), route.prefixLength()).contains(vip);
            if (leads && (best == null || route.prefixLength() > best.prefixLength())) {
                best = route;
            }
        }
        return Optional.ofNullable(best);
    }
}
