package dev.trigon.agent;

import dev.trigon.linux.Sysctl;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Route;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** This host's kernel: items read and set, and what there is to know about its interfaces. */
final class Kernel implements AutoCloseable {
    private static final String LOOPBACK = "lo";

    private final Rtnetlink rtnetlink = Rtnetlink.open();
    private final Nft nft = Nft.onPath();

    String read(Item item) {
        return read(List.of(item)).getOrDefault(item, Item.ABSENT);
    }

    Map<Item, String> read(Collection<Item> items) {
        // once for all VIPs
        List<InterfaceAddress> addresses = rtnetlink.addresses();
        int lo = loopback().index();
        Map<Item, String> values = new HashMap<>();
        for (Item item : items) {
            if (item instanceof Item.Setting setting) {
                values.put(item, setting.sysctl().exists() ? setting.sysctl().read() : Item.ABSENT);
            } else if (item instanceof Item.VipAddress vip) {
                InterfaceAddress wanted = new InterfaceAddress(lo, vip.address(), vip.prefixLength());
                values.put(item, addresses.contains(wanted) ? Item.PRESENT : Item.ABSENT);
            } else if (item instanceof Item.Rules rules) {
                values.put(item, nft.list(rules.family()));
            }
        }
        return values;
    }

    void write(Item item, String value) {
        if (item instanceof Item.Setting setting) {
            setting.sysctl().write(value);
        } else if (item instanceof Item.VipAddress vip) {
            int lo = loopback().index();
            if (value.equals(Item.PRESENT)) {
                rtnetlink.addAddress(lo, vip.address(), vip.prefixLength());
            } else {
                rtnetlink.removeAddress(lo, vip.address(), vip.prefixLength());
            }
        } else if (item instanceof Item.Rules rules) {
            nft.install(rules.family(), value);
        }
    }

    Nft nft() {
        return nft;
    }

    Link loopback() {
        return link(LOOPBACK)
                .orElseThrow(
                        () -> new Refusal("lo", "this host has no interface lo", "bring it back, the VIP lives there"));
    }

    Optional<Link> link(String name) {
        return rtnetlink.link(name);
    }

    List<Link> links() {
        return rtnetlink.links();
    }

    List<InterfaceAddress> addresses() {
        return rtnetlink.addresses();
    }

    /** The interface's addresses that a gateway on another network could send to, but for the VIPs. */
    List<InetAddress> addressesOf(Configuration configuration) {
        Optional<Link> link = link(configuration.interfaceName());
        List<InetAddress> vips = configuration.vips().stream().map(Vip::address).toList();
        return rtnetlink.addresses().stream()
                .filter(own -> link.isPresent() && own.ifIndex() == link.get().index())
                .map(InterfaceAddress::address)
                .filter(own -> !own.isLinkLocalAddress() && !vips.contains(own))
                .toList();
    }

    Ipv6Support ipv6Support() {
        Set<String> disabled = links().stream()
                .map(Link::name)
                .filter(name ->
                        ipv6Switch(name).exists() && !ipv6Switch(name).read().equals("0"))
                .collect(Collectors.toSet());
        return new Ipv6Support(ipv6Switch("all").exists(), disabled);
    }

    private static Sysctl ipv6Switch(String interfaceName) {
        return new Sysctl(List.of("net", "ipv6", "conf", interfaceName, "disable_ipv6"));
    }

    /** Where the default route of a family leads out; empty where there is none, or it has several next hops. */
    Optional<String> defaultInterface(IpFamily family) {
        Optional<Route> route = rtnetlink.routes().stream()
                .filter(candidate -> candidate.type() == Route.Type.UNICAST
                        && candidate.prefixLength() == 0
                        && IpFamily.of(candidate.destination()) == family)
                .findFirst();
        return route.flatMap(found -> links().stream()
                        .filter(link -> link.index() == found.ifIndex())
                        .findFirst())
                .map(Link::name);
    }

    @Override
    public void close() {
        rtnetlink.close();
    }
}
