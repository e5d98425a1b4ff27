package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether the kernel knows a way to every server that its service's mode can take. */
final class RoutesCheck implements Check {
    @Override
    public String name() {
        return "routes";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        Set<InetAddress> own = patient.ownAddresses();
        Set<Integer> ethernets = patient.host().links().stream()
                .filter(it -> it.mac() != null && !it.loopback())
                .map(it -> it.index())
                .collect(Collectors.toSet());
        int well = 0;
        for (Server server : patient.servers()) {
            String address = Addresses.format(server.address());
            if (own.contains(server.address())) {
                found.wrong(
                        server.label(),
                        address + " is an address of this gateway",
                        "packets for it go round in circles",
                        Remedy.byHand("give the backend the address of another host: vipctl backend remove, add"));
            } else if (server.way().isEmpty()) {
                found.wrong(
                        server.label(),
                        "the gateway has no route to " + address,
                        "packets for it are dropped (next-hop-unresolved)",
                        Remedy.byHand("ip route add " + address + " via ROUTER"));
            } else if (!ethernets.contains(server.ifIndex())) {
                found.wrong(
                        server.label(),
                        "the way to it leaves by " + patient.interfaceName(server.ifIndex()) + ", which is no Ethernet",
                        "packets for it are dropped",
                        Remedy.byHand("route it over Ethernet: ip route add " + address + " via ROUTER"));
            } else if (server.layer2() && !server.isDirect()) {
                found.wrong(
                        server.label(),
                        "it is behind the router " + Addresses.format(server.nextHop()) + ", and its service is l2dsr",
                        "packets for it are dropped (not-on-segment)",
                        Remedy.byHand("give its service forward l3dsr, or move it to a segment of the gateway"));
            } else {
                well++;
            }
        }
        if (well > 0) {
            found.well(Words.count(well, "server"), "by " + Words.list(patient.serverInterfaces()));
        }
        return found.all();
    }
}
