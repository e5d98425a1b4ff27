package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.forward.Arm;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.wire.EthernetHeader;
import dev.trigon.linux.Ethtool;
import dev.trigon.linux.LinuxException;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The interfaces that VIP traffic arrives at, looked up as the kernel has them now, and found fit or not. */
final class Arms implements AutoCloseable {
    /** Room for two VLAN tags on top of the MTU. */
    private static final int TAGS = 8;

    private static final int ENODEV = 19;

    private final List<String> interfaces;
    private final Rtnetlink kernel;
    private final Ethtool ethtool = Ethtool.open();

    Arms(List<String> interfaces, Rtnetlink kernel) {
        this.interfaces = List.copyOf(interfaces);
        this.kernel = kernel;
    }

    /**
     * An interface that is fit to be an arm.
     *
     * @param arm whoever its worker will be
     * @param queues how many it receives into
     * @param sendQueues how many it sends by
     */
    record Found(Arm arm, int queues, int sendQueues) {
        /** What has become of what was found before, if anything that an open port does not follow; null: nothing. */
        @Nullable
        String changeSince(Found before) {
            Arm then = before.arm;
            if (arm.ifIndex() != then.ifIndex()) {
                return "it is another one of that name";
            }
            if (arm.mac() != then.mac()) {
                return "its MAC is " + new MacAddress(arm.mac()) + ", it was " + new MacAddress(then.mac());
            }
            if (arm.mtu() != then.mtu()) {
                return "its MTU is " + arm.mtu() + ", it was " + then.mtu();
            }
            return null;
        }
    }

    /** Looks an interface up. */
    Found find(String name) throws Refusal {
        List<Link> links = kernel.links();
        Link link = named(name, links);
        if (link == null) {
            throw new Refusal(
                    "interface " + name, "this host has none of that name", "choose from: " + ethernets(links));
        }
        if (!link.up()) {
            throw new Refusal("interface " + name, "it is down", "bring it up: ip link set " + name + " up");
        }
        MacAddress mac = link.mac();
        if (mac == null || link.loopback()) {
            throw new Refusal("interface " + name, "it is no Ethernet interface", "choose from: " + ethernets(links));
        }
        for (String before : interfaces.subList(0, interfaces.indexOf(name))) {
            Link other = named(before, links);
            if (other != null && other.sharesFramesWith(link)) {
                throw new Refusal(
                        "interfaces " + before + " and " + name,
                        "what arrives at one of them arrives at the other too, and each packet would go twice",
                        "list one of them");
            }
        }
        int frameCapacity = roundUp(link.mtu() + EthernetHeader.LENGTH + TAGS);
        Arm arm = new Arm(0, name, link.index(), mac.value(), link.mtu(), frameCapacity, new ArmAddresses());
        return new Found(arm, queues(() -> ethtool.receiveQueues(name)), queues(() -> ethtool.sendQueues(name)));
    }

    private static @Nullable Link named(String name, List<Link> links) {
        return links.stream()
                .filter(link -> link.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Drivers have various ways not to know. */
    private static int queues(IntSupplier counted) {
        try {
            return counted.getAsInt();
        } catch (LinuxException e) {
            if (e.errno() == ENODEV) {
                throw e;
            }
            return 1;
        }
    }

    /** Tells each arm which addresses the gateway has there now. */
    void learnAddresses(List<Arm> arms) {
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

    private static String ethernets(List<Link> links) {
        return links.stream()
                .filter(l -> l.mac() != null && !l.loopback())
                .map(Link::name)
                .collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        ethtool.close();
    }
}
