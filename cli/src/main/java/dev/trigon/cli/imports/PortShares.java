package dev.trigon.cli.imports;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which ports a service takes. Port 0 of LVS takes what the VIP's other virtual servers of the protocol do not; here a port
 * belongs to one service, so it gets the ranges between theirs.
 */
final class PortShares {
    private static final int LAST = 65_535;
    private static final int FTP = 21;

    private record Owner(String protocol, InetAddress vip) {
        private static Owner of(Listener listener) {
            return new Owner(listener.protocol(), listener.vip());
        }
    }

    private final Map<Owner, SortedSet<Integer>> taken = new HashMap<>();
    private final Report report;

    PortShares(List<VirtualServer> servers, Report report) {
        this.report = report;
        for (VirtualServer server : servers) {
            if (server.listener().port() != 0) {
                taken(server.listener()).add(server.listener().port());
            }
        }
    }

    private SortedSet<Integer> taken(Listener listener) {
        return taken.computeIfAbsent(Owner.of(listener), owner -> new TreeSet<>());
    }

    List<Object> of(VirtualServer server) {
        Listener listener = server.listener();
        if (listener.port() == FTP && listener.protocol().equals("tcp") && server.persistence() != null) {
            report.lost(
                    server.line(),
                    "LVS brings a client's FTP data connections (port 20, and from 1024 on) to the server of its port 21,"
                            + " and a service here has the ports that it names",
                    "fix the servers' passive range, and name it: `ports: [21, 50000-50999]`");
        }
        if (listener.port() != 0) {
            return List.of(listener.port());
        }
        report.noted(
                server.line(),
                "with all ports balanced, " + Address.format(listener.vip())
                        + " must be no address of the gateway: take it off its interface before `vipctl apply`");
        return between(taken(listener));
    }

    private static List<Object> between(SortedSet<Integer> others) {
        if (others.isEmpty()) {
            return List.of("any");
        }
        List<Object> ports = new ArrayList<>();
        int next = 1;
        for (int other : others) {
            add(ports, next, other - 1);
            next = other + 1;
        }
        add(ports, next, LAST);
        return ports;
    }

    private static void add(List<Object> ports, int first, int last) {
        if (first == last) {
            ports.add(first);
        } else if (first < last) {
            ports.add(first + "-" + last);
        }
    }
}
