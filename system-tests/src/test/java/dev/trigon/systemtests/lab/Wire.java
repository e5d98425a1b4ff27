package dev.trigon.systemtests.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An interface of the gateway and the wire that it is at the end of. Both can be taken away, and made again: with another index
 * and MAC, as a card has that was changed for another, and in the end as they were.
 */
public final class Wire {
    private static final Pattern ADDRESS = Pattern.compile("inet6? (\\S+)");
    private static final Pattern ROUTE = Pattern.compile("(default via .*?)(?: pref \\S+)?\\s*");

    private final Host gateway;
    private final Host segment;
    private final PacketCounts packets;
    private final String device;
    private final String mtu;
    private final String mac;
    private final String index;
    private final String peerIndex;
    private final List<String> addresses = new ArrayList<>();
    private final List<String> routes = new ArrayList<>();

    Wire(Host gateway, Host segment, PacketCounts packets, String device) {
        this.gateway = gateway;
        this.segment = segment;
        this.packets = packets;
        this.device = device;
        this.mtu = attribute("mtu");
        this.mac = attribute("address");
        this.index = attribute("ifindex");
        this.peerIndex = attribute("iflink");
        Matcher address = ADDRESS.matcher(gateway.ask("ip", "-oneline", "address", "show", device, "scope", "global"));
        while (address.find()) {
            addresses.add(address.group(1));
        }
        for (String family : List.of("-4", "-6")) {
            gateway.ask("ip", family, "route", "show", "default", "dev", device)
                    .lines()
                    .map(ROUTE::matcher)
                    .filter(Matcher::matches)
                    .forEach(route -> routes.add(family + " route replace " + route.group(1)));
        }
    }

    private String attribute(String name) {
        return gateway.ask("cat", "/sys/class/net/" + device + "/" + name).strip();
    }

    public void cut() {
        gateway.ask("ip", "link", "delete", device);
    }

    /** Another interface of that name. */
    public void renew() {
        make("", "");
    }

    /** The interface that there was at first. */
    public void restore() {
        cut();
        make(" index " + index + " address " + mac, " index " + peerIndex);
    }

    private void make(String like, String peerLike) {
        gateway.ask("ip link add %s%s mtu %s type veth peer name gateway%s mtu %s netns %s"
                .formatted(device, like, mtu, peerLike, mtu, segment.namespace())
                .split(" "));
        segment.ask("ip", "link", "set", "gateway", "master", "switch", "up");
        up();
        packets.watchGateway();
    }

    /** With it go its IPv6 addresses and the routes that lead out there: that is the kernel's way. */
    public void down() {
        gateway.ask("ip", "link", "set", device, "down");
    }

    /** As it was when it was up. */
    public void up() {
        StringBuilder lines = new StringBuilder("ip link set " + device + " up\n");
        addresses.forEach(it -> lines.append("ip address replace ")
                .append(it)
                .append(" dev ")
                .append(device)
                .append('\n'));
        routes.forEach(it -> lines.append("ip ").append(it).append('\n'));
        gateway.shell(lines.toString());
    }

    /** Changes the interface, such as by {@code mtu 1400}; {@link #settle} takes that back. */
    public void set(String what) {
        gateway.ask(("ip link set " + device + " " + what).split(" "));
    }

    public void settle() {
        set("mtu " + mtu + " address " + mac);
    }
}
