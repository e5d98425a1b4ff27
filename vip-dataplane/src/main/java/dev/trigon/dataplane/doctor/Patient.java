package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.control.DataPath;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Neighbour;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One gateway in one examination: what several checks look at is found out once. Any thread. */
final class Patient {
    private final Gateway gateway;
    private final Host host;
    private @Nullable List<Server> servers;
    private final Object surveying = new Object();
    private @Nullable Survey survey;

    Patient(Gateway gateway, Host host) {
        this.gateway = gateway;
        this.host = host;
    }

    Gateway gateway() {
        return gateway;
    }

    Host host() {
        return host;
    }

    /** Every server that is to get packets, once, and the way to it. */
    synchronized List<Server> servers() {
        if (servers == null) {
            servers = Server.of(gateway.services(), host);
        }
        return servers;
    }

    /** What servers answer to canaries; the first who asks waits for it, and the others with him. */
    Survey survey() {
        // not this object's lock: whoever wants to know of servers is not to wait for their answers
        synchronized (surveying) {
            if (survey == null) {
                survey = Survey.of(this);
            }
            return survey;
        }
    }

    Set<InetAddress> ownAddresses() {
        return host.addresses().stream().map(InterfaceAddress::address).collect(Collectors.toSet());
    }

    Set<InetAddress> vips() {
        return gateway.services().stream().map(it -> it.vip()).collect(Collectors.toSet());
    }

    /** VIPs that are no addresses of the gateway: those it guards by routes. */
    Set<InetAddress> foreignVips() {
        Set<InetAddress> foreign = vips();
        foreign.removeAll(ownAddresses());
        return foreign;
    }

    List<DataPath.ArmStatus> arms() {
        return gateway.dataPath().running().arms();
    }

    /** The interfaces that VIP traffic arrives at, as far as they are there. */
    List<Link> armLinks() {
        Set<String> names =
                arms().stream().map(DataPath.ArmStatus::interfaceName).collect(Collectors.toSet());
        return host.links().stream().filter(it -> names.contains(it.name())).toList();
    }

    /** The interfaces by which servers are reached. */
    Set<String> serverInterfaces() {
        Set<Integer> indexes = servers().stream().map(Server::ifIndex).collect(Collectors.toSet());
        return host.links().stream()
                .filter(it -> indexes.contains(it.index()))
                .map(Link::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Labels of servers by what the gateway's kernel has for their MACs. */
    Map<MacAddress, String> serversByMac() {
        Map<InetAddress, String> labels = new HashMap<>();
        servers().forEach(it -> labels.put(it.address(), it.label()));
        Map<MacAddress, String> names = new HashMap<>();
        for (Neighbour neighbour : host.neighbours()) {
            String label = labels.get(neighbour.address());
            MacAddress mac = neighbour.mac();
            if (label != null && mac != null) {
                // one that two addresses have is called by the first, whatever order the kernel has them in
                names.merge(mac, label, (a, b) -> a.compareTo(b) <= 0 ? a : b);
            }
        }
        return names;
    }

    String interfaceName(int ifIndex) {
        return host.links().stream()
                .filter(it -> it.index() == ifIndex)
                .map(Link::name)
                .findFirst()
                .orElse("interface " + ifIndex);
    }
}
