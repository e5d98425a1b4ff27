package dev.trigon.cli.imports;

import dev.trigon.cli.imports.RealServer.Method;
import dev.trigon.cli.imports.Service.Backend;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes backends of real servers. A server is in a service once, and gets packets on the ports that clients send to. */
final class Backends {
    private final Set<InetAddress> vips;
    private final Report report;

    Backends(Set<InetAddress> vips, Report report) {
        this.vips = vips;
        this.report = report;
    }

    List<Backend> of(VirtualServer virtual, String mode, boolean heaviestAlone) {
        Map<InetAddress, RealServer> servers = new LinkedHashMap<>();
        for (RealServer server : virtual.servers()) {
            if (isUsable(virtual, server)) {
                servers.merge(server.address(), server, (first, second) -> once(virtual, first, second));
            }
        }
        InetAddress heaviest = heaviest(servers.values());
        if (heaviestAlone) {
            servers.values().stream().filter(RealServer::sorry).forEach(this::saySharing);
        }
        return servers.values().stream()
                .map(server -> backend(
                        virtual,
                        server,
                        mode,
                        heaviestAlone && !server.address().equals(heaviest)))
                .toList();
    }

    private boolean isUsable(VirtualServer virtual, RealServer server) {
        String address = Address.format(server.address());
        InetAddress vip = virtual.listener().vip();
        if (Address.isIpv4(server.address()) != Address.isIpv4(vip)) {
            report.lost(
                    server.line(),
                    "server " + address + " is of another family than VIP " + Address.format(vip)
                            + ", and a packet keeps its family without a tunnel: left out",
                    "add it by its address of the VIP's family");
            return false;
        }
        if (vips.contains(server.address())) {
            report.lost(
                    server.line(),
                    "server " + address + " is a VIP itself, so packets would go round: left out",
                    "give the server's own address");
            return false;
        }
        return true;
    }

    /** The one that clients can reach as things are, if there is one. */
    private RealServer once(VirtualServer virtual, RealServer first, RealServer second) {
        report.lost(
                second.line(),
                "server " + Address.format(second.address())
                        + " is in the virtual server already, on another port: left out",
                "give it the weight of both if it shall have both shares");
        return first.isTranslated(virtual.listener()) && !second.isTranslated(virtual.listener()) ? second : first;
    }

    private void saySharing(RealServer sorry) {
        report.lost(
                sorry.line(),
                "with scheduler fo the other servers wait as well, and the sorry server does not come after them: they share",
                "leave it out until it is needed, or them");
    }

    private static @Nullable InetAddress heaviest(Collection<RealServer> servers) {
        return servers.stream()
                .filter(server -> !server.sorry())
                .max(Comparator.comparingInt(RealServer::weight))
                .map(RealServer::address)
                .orElse(null);
    }

    private Backend backend(VirtualServer virtual, RealServer server, String mode, boolean waits) {
        boolean translated = server.isTranslated(virtual.listener());
        String vip = Address.format(virtual.listener().vip());
        if (translated) {
            report.lost(
                    server.line(),
                    "port " + virtual.listener().port() + " is translated to the server's " + server.port()
                            + ", and a server that replies directly must do so from the port that was asked: written as"
                            + " `state: disabled`",
                    "let it listen on port " + virtual.listener().port()
                            + " of the VIP, then `vipctl backend enable SERVICE NAME`");
        } else if (server.hasOtherPort(virtual.listener())) {
            report.noted(
                    server.line(),
                    "LVS looks at a server's port in NAT alone: it gets packets on the virtual server's, here as there");
        }
        if (server.method() == Method.NAT) {
            report.lost(
                    server.line(),
                    "NAT (" + server.asked() + ") cannot return directly: written as " + mode,
                    "put the VIP on its loopback (vip-agent run --vip " + vip
                            + "), and let its replies leave by its own route, past the gateway");
        } else if (server.method() == Method.TUNNEL) {
            report.noted(
                    server.line(),
                    "a tunnel (" + server.asked()
                            + ") is written as l3dsr, which adds nothing to a packet: give its services a"
                            + " `dscp: N` that no other VIP has, 1 to 63, and run `vip-agent run --vip " + vip
                            + " --forward l3dsr --dscp N` on the server in place of the tunnel's device");
        }
        return new Backend(server.address(), server.weight(), translated, server.sorry() || waits);
    }
}
