package dev.trigon.agent;

import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Route;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.Inet4Address;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
                InterfaceAddress wanted = new InterfaceAddress(lo, vip.address(), Vip.PREFIX_LENGTH);
                values.put(item, addresses.contains(wanted) ? Item.PRESENT : Item.ABSENT);
            } else {
                values.put(item, nft.list());
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
                rtnetlink.addAddress(lo, vip.address(), Vip.PREFIX_LENGTH);
            } else {
                rtnetlink.removeAddress(lo, vip.address(), Vip.PREFIX_LENGTH);
            }
        } else {
            nft.install(value);
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

    /** The interface's IPv4 addresses, but for the VIPs. */
    List<Inet4Address> addressesOf(Configuration configuration) {
        Optional<Link> link = link(configuration.interfaceName());
        List<Inet4Address> vips =
                configuration.vips().stream().map(Vip::address).toList();
        return rtnetlink.addresses().stream()
                .filter(own -> link.isPresent() && own.ifIndex() == link.get().index())
                .map(InterfaceAddress::address)
                .filter(Inet4Address.class::isInstance)
                .map(Inet4Address.class::cast)
                .filter(own -> !vips.contains(own))
                .toList();
    }

    /** Where the default route leads out; empty where there is none, or it has several next hops. */
    Optional<String> defaultInterface() {
        Optional<Route> route = rtnetlink.routes().stream()
                .filter(candidate -> candidate.type() == Route.Type.UNICAST && candidate.prefixLength() == 0)
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
