package dev.trigon.agent;

import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import java.util.List;
import java.util.stream.Collectors;

/** Whether a host can be what a configuration asks; what cannot be is refused before anything is changed. */
final class HostCheck {
    private final List<Link> links;
    private final List<InterfaceAddress> addresses;
    private final Ipv6Support ipv6;

    HostCheck(List<Link> links, List<InterfaceAddress> addresses, Ipv6Support ipv6) {
        this.links = links;
        this.addresses = addresses;
        this.ipv6 = ipv6;
    }

    void check(Configuration configuration) {
        Link arrival = arrival(configuration.interfaceName());
        Link lo = loopback();
        configuration.vips(IpFamily.IPV6).forEach(vip -> checkIpv6(vip, List.of(lo, arrival)));
        configuration.vips().forEach(vip -> checkFree(vip, lo));
        if (configuration.forward() == ForwardMode.L3DSR) {
            configuration.vips().forEach(vip -> checkOwnAddress(vip.family(), arrival, configuration));
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

    private void checkIpv6(Vip vip, List<Link> needed) {
        if (!ipv6.inKernel()) {
            throw new Refusal(
                    "--vip " + vip.text(),
                    "this kernel has no IPv6",
                    "start it without ipv6.disable=1, or name IPv4 VIPs only");
        }
        for (Link link : needed) {
            if (ipv6.disabledOn().contains(link.name())) {
                String setting = "net.ipv6.conf." + link.name().replace('.', '/') + ".disable_ipv6";
                throw new Refusal(
                        "--vip " + vip.text(), "IPv6 is switched off on " + link.name(), "sysctl -w " + setting + "=0");
            }
        }
    }

    /** Nobody else has the VIP: on another interface this server would answer for it. */
    private void checkFree(Vip vip, Link lo) {
        for (InterfaceAddress own : addresses) {
            boolean ours = own.ifIndex() == lo.index() && own.prefixLength() == vip.prefixLength();
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
                    : "it is an address of " + holder + ", which "
                            + vip.family().answers() + " for it";
            throw new Refusal("--vip " + vip.text(), why, "ip addr del " + address + " dev " + holder);
        }
    }

    private void checkOwnAddress(IpFamily family, Link arrival, Configuration configuration) {
        boolean has = addresses.stream()
                .anyMatch(own -> own.ifIndex() == arrival.index()
                        && IpFamily.of(own.address()) == family
                        && !own.address().isLinkLocalAddress()
                        && configuration.vips().stream()
                                .noneMatch(vip -> vip.address().equals(own.address())));
        if (!has) {
            throw new Refusal(
                    "l3dsr on " + arrival.name(),
                    "the interface has no " + family + " address for the gateway to send to",
                    "give it one, or name another with --interface");
        }
    }
}
