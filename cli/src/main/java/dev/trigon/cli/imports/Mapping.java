package dev.trigon.cli.imports;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes services of virtual servers: one of each. Several that differ in their port alone could be one service with several
 * ports, but never quite the same one: clients would be remembered for all ports together, servers checked on one of them, and
 * connections counted in sum. So that is left to the operator.
 */
final class Mapping {
    private static final int MAX_SERVERS = 100_000;

    private final Report report;

    Mapping(Report report) {
        this.report = report;
    }

    List<Service> services(List<VirtualServer> read) throws NotImported {
        long size = read.size();
        for (VirtualServer server : read) {
            size += server.servers().size();
        }
        checkSize(size);
        List<VirtualServer> servers = withoutDoubles(read);
        Set<InetAddress> vips = new HashSet<>();
        servers.forEach(server -> vips.add(server.listener().vip()));
        Modes modes = Modes.of(servers, report);
        PortShares ports = new PortShares(servers, report);
        Backends backends = new Backends(vips, report);
        Schedulers schedulers = new Schedulers(report);
        Affinities affinities = new Affinities(report);
        List<Service> services = new ArrayList<>();
        for (VirtualServer server : servers) {
            Optional<String> mode = modes.of(server);
            if (mode.isPresent()) {
                Schedulers.Choice choice = schedulers.of(server);
                services.add(new Service(
                        server.listener(),
                        ports.of(server),
                        mode.get(),
                        choice.scheduler(),
                        affinities.of(server),
                        isOnePacket(server),
                        server.health(),
                        backends.of(server, mode.get(), choice.heaviestAlone())));
            }
        }
        affinities.sayWhoIsApart(servers);
        return services;
    }

    /** Far more than vipd takes in one file: what is larger is a mistake, or many ranges of addresses. */
    static void checkSize(long servers) throws NotImported {
        if (servers > MAX_SERVERS) {
            throw new NotImported(
                    0, "it makes more than " + MAX_SERVERS + " services and servers", "import it in parts");
        }
    }

    private List<VirtualServer> withoutDoubles(List<VirtualServer> read) {
        Map<Listener, VirtualServer> first = new HashMap<>();
        List<VirtualServer> servers = new ArrayList<>();
        for (VirtualServer server : read) {
            VirtualServer other = first.putIfAbsent(server.listener(), server);
            if (other == null) {
                servers.add(server);
            } else {
                report.lost(
                        server.line(),
                        server.listener() + " is there already, in line " + other.line() + ": left out",
                        "keep one of the two");
            }
        }
        return servers;
    }

    private boolean isOnePacket(VirtualServer server) {
        if (!server.onePacket()) {
            return false;
        }
        if (!server.listener().protocol().equals("udp")) {
            report.lost(
                    server.line(),
                    "one-packet scheduling is for UDP alone: left out",
                    "nothing, LVS ignores it as well");
            return false;
        }
        if (server.persistence() != null) {
            report.lost(
                    server.line(),
                    "one-packet scheduling remembers nothing, and persistence remembers clients: the affinity is written"
                            + " and onePacket is not",
                    "set `onePacket: true` in place of `affinity` if datagrams shall be placed one by one");
            return false;
        }
        return true;
    }
}
