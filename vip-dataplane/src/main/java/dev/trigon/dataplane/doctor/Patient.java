package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.control.DataPath;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One gateway in one examination: what several checks look at is found out once. Any thread. */
final class Patient {
    private final Gateway gateway;
    private final Host host;
    private @Nullable List<Server> servers;

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

    String interfaceName(int ifIndex) {
        return host.links().stream()
                .filter(it -> it.index() == ifIndex)
                .map(Link::name)
                .findFirst()
                .orElse("interface " + ifIndex);
    }
}
