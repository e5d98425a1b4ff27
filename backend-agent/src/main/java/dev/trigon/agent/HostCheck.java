package dev.trigon.agent;

import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import java.net.Inet4Address;
import java.util.List;
import java.util.stream.Collectors;

/** Whether a host can be what a configuration asks; what cannot be is refused before anything is changed. */
final class HostCheck {
    private final List<Link> links;
    private final List<InterfaceAddress> addresses;

    HostCheck(List<Link> links, List<InterfaceAddress> addresses) {
        this.links = links;
        this.addresses = addresses;
    }

    void check(Configuration configuration) {
        Link arrival = arrival(configuration.interfaceName());
        Link lo = loopback();
        configuration.vips().forEach(vip -> checkFree(vip, lo));
        if (configuration.forward() == ForwardMode.L3DSR && !hasOwnAddress(arrival, configuration)) {
            throw new Refusal(
                    "l3dsr on " + arrival.name(),
                    "the interface has no IPv4 address for the gateway to send to",
                    "give it one, or name another with --interface");
        }
    }

    private Link arrival(String name) {
        Link link = links.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new Refusal("--interface " + name, "there is no such interface", "take " + others()));
        if (link.loopback()) {
            throw new Refusal(
                    "--interface " + name, "packets for the VIP do not arrive at the loopback", "take " + others());
        }
        if (!link.up()) {
            throw new Refusal("--interface " + name, "the interface is down", "ip link set " + name + " up");
        }
        return link;
    }

    private String others() {
        return links.stream()
                .filter(link -> !link.loopback())
                .map(Link::name)
                .collect(Collectors.joining(" or ", "", links.size() > 1 ? "" : "a host with a network interface"));
    }

    private Link loopback() {
        Link lo = links.stream()
                .filter(Link::loopback)
                .findFirst()
                .orElseThrow(
                        () -> new Refusal("lo", "this host has no loopback", "the VIP lives there: bring it back"));
        if (!lo.up()) {
            throw new Refusal(lo.name(), "the loopback is down", "ip link set " + lo.name() + " up");
        }
        return lo;
    }

    /** Nobody else has the VIP: on another interface this server would answer ARP for it. */
    private void checkFree(Vip vip, Link lo) {
        for (InterfaceAddress own : addresses) {
            boolean ours = own.ifIndex() == lo.index() && own.prefixLength() == Vip.PREFIX_LENGTH;
            if (ours || !own.address().equals(vip.address())) {
                continue;
            }
            String holder = links.stream()
                    .filter(link -> link.index() == own.ifIndex())
                    .map(Link::name)
                    .findFirst()
                    .orElse("interface " + own.ifIndex());
            String address = vip.text() + "/" + own.prefixLength();
            String why = own.ifIndex() == lo.index()
                    ? "it is on lo as " + address + ", which makes all of that prefix local"
                    : "it is an address of " + holder + ", which answers ARP for it";
            throw new Refusal("--vip " + vip.text(), why, "ip addr del " + address + " dev " + holder);
        }
    }

    private boolean hasOwnAddress(Link arrival, Configuration configuration) {
        return addresses.stream()
                .anyMatch(own -> own.ifIndex() == arrival.index()
                        && own.address() instanceof Inet4Address
                        && configuration.vips().stream()
                                .noneMatch(vip -> vip.address().equals(own.address())));
    }
}
