package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.control.DataPath.Explanation;
import dev.trigon.dataplane.control.DataPath.Passage;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.forward.Preview;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;

/** What would become of a packet: which backend it is for, and how it would leave the gateway. */
record Explainer(FlowView flows, Crew crew, Rtnetlink kernel) {
    Explanation explain(
            ServiceTable table, Protocol protocol, InetAddress client, int clientPort, InetAddress vip, int vipPort) {
        Explanation found = flows.explain(table, protocol, client, clientPort, vip, vipPort);
        Backend backend = table.backend(found.backendId());
        if (backend == null) {
            return found;
        }
        long gatewayMac = crew.arms().stream().mapToLong(Arm::mac).findFirst().orElse(0);
        return found.with(passage(Preview.of(protocol, client, clientPort, vip, vipPort, gatewayMac, backend)));
    }

    private Passage passage(Preview.Passage of) {
        NextHop hop = of.hop();
        if (hop == null) {
            return new Passage(null, null, false, of.before(), null);
        }
        String egress = kernel.links().stream()
                .filter(link -> link.index() == hop.ifIndex())
                .map(Link::name)
                .findFirst()
                .orElse("interface " + hop.ifIndex());
        String mac = new MacAddress(hop.destinationMac()).toString();
        return new Passage(egress, mac, hop.direct(), of.before(), of.after());
    }
}
