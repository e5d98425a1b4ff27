package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.linux.netlink.Neighbour;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether the kernel knows the MAC of the next hop to every server. */
final class NeighboursCheck implements Check {
    private record Hop(int ifIndex, InetAddress address) {}

    @Override
    public String name() {
        return "neighbours";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        Map<Hop, List<Server>> hops = new LinkedHashMap<>();
        for (Server server : patient.servers()) {
            if (server.way().isPresent()) {
                hops.computeIfAbsent(new Hop(server.ifIndex(), server.nextHop()), it -> new ArrayList<>())
                        .add(server);
            }
        }
        Map<Hop, Neighbour> known = patient.host().neighbours().stream()
                .collect(Collectors.toMap(
                        it -> new Hop(it.ifIndex(), it.address()), Function.identity(), (a, b) -> a.usable() ? a : b));
        int well = 0;
        for (Map.Entry<Hop, List<Server>> entry : hops.entrySet()) {
            Neighbour neighbour = known.get(entry.getKey());
            if (neighbour != null && neighbour.usable()) {
                well++;
            } else {
                add(found, patient, entry.getKey(), entry.getValue(), neighbour);
            }
        }
        if (well > 0) {
            found.well(Words.count(well, "next hop"), "with their MACs");
        }
        return found.all();
    }

    private static void add(
            Findings found, Patient patient, Hop hop, List<Server> servers, @Nullable Neighbour neighbour) {
        String address = Addresses.format(hop.address());
        String device = patient.interfaceName(hop.ifIndex());
        String names = Words.list(servers.stream().map(Server::label).toList());
        boolean itself = servers.stream().allMatch(Server::isDirect);
        found.wrong(
                itself ? names : "router " + address + " to " + names,
                address + " on " + device + " is " + (neighbour == null ? "not resolved" : neighbour.state())
                        + ": it does not say what MAC it has",
                "packets for " + names + " are dropped (next-hop-unresolved): clients that have "
                        + (servers.size() == 1 ? "it" : "them") + " wait in vain",
                Remedy.byHand("see that " + address + " is up and plugged in where " + device + " is: ip neigh show to "
                        + address + "; ping -c 1 " + address));
    }
}
