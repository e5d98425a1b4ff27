package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The interfaces that VIP traffic arrives at, looked up and found fit. */
final class Arms {
    /** Room for two VLAN tags on top of the MTU. */
    private static final int TAGS = 8;

    private Arms() {}

    static List<Arm> of(List<String> interfaces, Rtnetlink kernel) throws Refusal {
        List<Arm> arms = new ArrayList<>();
        List<Link> taken = new ArrayList<>();
        for (String name : interfaces) {
            Link link = kernel.link(name).orElse(null);
            if (link == null) {
                throw new Refusal(
                        "interface " + name, "this host has none of that name", "choose from: " + ethernets(kernel));
            }
            if (!link.up()) {
                throw new Refusal("interface " + name, "it is down", "bring it up: ip link set " + name + " up");
            }
            MacAddress mac = link.mac();
            if (mac == null || link.loopback()) {
                throw new Refusal(
                        "interface " + name, "it is no Ethernet interface", "choose from: " + ethernets(kernel));
            }
            for (Link other : taken) {
                if (other.sharesFramesWith(link)) {
                    throw new Refusal(
                            "interfaces " + other.name() + " and " + name,
                            "what arrives at one of them arrives at the other too, and each packet would go twice",
                            "list one of them");
                }
            }
            taken.add(link);
            int frameCapacity = roundUp(link.mtu() + EthernetHeader.LENGTH + TAGS);
            arms.add(new Arm(
                    arms.size(), name, link.index(), mac.value(), link.mtu(), frameCapacity, new ArmAddresses()));
        }
        return arms;
    }

    /** What has become of the interface since it was looked up, if it is anything that vipd does not follow. */
    static Optional<String> change(Arm arm, Rtnetlink kernel) {
        Optional<Link> same = kernel.links().stream()
                .filter(l -> l.index() == arm.ifIndex() && isMac(l.mac(), arm.mac()))
                .findFirst();
        if (same.isEmpty()) {
            return Optional.of("is gone, or another than vipd was started on (its index or MAC changed):"
                    + " no VIP packet comes in by it until vipd is restarted");
        }
        int mtu = same.get().mtu();
        return mtu == arm.mtu()
                ? Optional.empty()
                : Optional.of("has an MTU of " + mtu + " now, and vipd goes by the " + arm.mtu() + " that it had,"
                        + " above which packets are taken for merged ones, until vipd is restarted");
    }

    private static boolean isMac(@Nullable MacAddress one, long other) {
        return one != null && one.value() == other;
    }

    /** Tells each arm which addresses the gateway has there now. */
    static void learnAddresses(List<Arm> arms, Rtnetlink kernel) {
        List<InterfaceAddress> addresses = kernel.addresses();
        for (Arm arm : arms) {
            List<InetAddress> own = addresses.stream()
                    .filter(a -> a.ifIndex() == arm.ifIndex())
                    .map(InterfaceAddress::address)
                    // a link-local address says nothing to a client behind a router, but is better than none
                    .sorted(Comparator.comparing(InetAddress::isLinkLocalAddress))
                    .toList();
            arm.addresses().set(first(own, Inet4Address.class), first(own, Inet6Address.class));
        }
    }

    private static @Nullable InetAddress first(List<InetAddress> addresses, Class<? extends InetAddress> family) {
        return addresses.stream().filter(family::isInstance).findFirst().orElse(null);
    }

    /** Frames start on cache lines. */
    private static int roundUp(int octets) {
        return (octets + 63) & -64;
    }

    private static String ethernets(Rtnetlink kernel) {
        return kernel.links().stream()
                .filter(l -> l.mac() != null && !l.loopback())
                .map(Link::name)
                .collect(Collectors.joining(", "));
    }
}
