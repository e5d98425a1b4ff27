package dev.trigon.agent;

import static dev.trigon.linux.NetworkNamespace.sh;

import dev.trigon.linux.PeerNamespace;
import dev.trigon.linux.Sysctl;
import dev.trigon.linux.netlink.InterfaceAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Rtnetlink;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * This test's namespace as a real server: eth0 with 10.2.0.11/24 and 2001:db8:2::11/64, a wire, and a router with 10.2.0.1 and
 * 2001:db8:2::1 at its far end, which has routes to the VIPs' networks on that wire.
 */
final class Server implements AutoCloseable {
    private final List<AgentProcess> agents = new ArrayList<>();
    private @Nullable PeerNamespace router;
    private @Nullable Path state;

    /** Makes it what it is, in the namespace of the calling thread. */
    void up(Path directory) {
        state = directory;
        router = new PeerNamespace();
        // addresses that can be used at once
        String noDad = "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad;";
        router.sh(noDad);
        sh(noDad + "ip link set lo up; ip link add eth0 type veth peer name lan netns " + router.id());
        sh("ip link set eth0 up; ip addr add 10.2.0.11/24 dev eth0; ip addr add 2001:db8:2::11/64 dev eth0");
        router.sh("ip link set lo up; ip link set lan up");
        router.sh("ip addr add 10.2.0.1/24 dev lan; ip addr add 2001:db8:2::1/64 dev lan");
        router.sh("ip route add 203.0.113.0/24 dev lan; ip route add 2001:db8:f::/64 dev lan");
        sh("ip route add default via 10.2.0.1; ip route add default via 2001:db8:2::1");
    }

    PeerNamespace router() {
        return router;
    }

    /** An agent that ends with this server, if not before. */
    AgentProcess start(String arguments) {
        return start(List.of(), "", arguments);
    }

    AgentProcess start(List<String> wrapper, String path, String arguments) {
        AgentProcess agent = AgentProcess.start(state, wrapper, path, arguments);
        agents.add(agent);
        return agent;
    }

    record Completed(int status, List<String> lines) {}

    /** A command that ends of itself, in this JVM: what it printed and how it ended. */
    Completed completed(String arguments) {
        StringWriter printed = new StringWriter();
        PrintWriter writer = new PrintWriter(printed);
        int status = VipAgent.commandLine()
                .setOut(writer)
                .setErr(writer)
                .execute((arguments + " --state " + state).split(" ", -1));
        return new Completed(status, printed.toString().lines().toList());
    }

    static void set(String sysctl, String value) {
        sh("echo " + value + " > /proc/sys/net/ipv4/conf/" + sysctl);
    }

    static String get(String where, String name) {
        return Sysctl.ipv4Interface(where, name).read();
    }

    /** All that the agent might touch, as text that differs if any of it does. */
    static List<String> snapshot() {
        List<String> all = new ArrayList<>();
        try (Rtnetlink kernel = Rtnetlink.open()) {
            Stream<String> names = Stream.concat(
                    Stream.of("all", "default"), kernel.links().stream().map(Link::name));
            for (String where : names.toList()) {
                for (String name : List.of("arp_ignore", "arp_announce", "rp_filter")) {
                    all.add(where + " " + name + " " + get(where, name));
                }
            }
            kernel.addresses().stream().map(InterfaceAddress::toString).sorted().forEach(all::add);
        }
        for (IpFamily family : IpFamily.values()) {
            all.add(Nft.onPath().list(family));
        }
        return all;
    }

    static boolean hasVip(InetAddress vip) {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            return kernel.addresses().contains(new InterfaceAddress(1, vip, new Vip(vip, Vip.NO_DSCP).prefixLength()));
        }
    }

    @Override
    public void close() {
        agents.forEach(AgentProcess::close);
        if (router != null) {
            router.close();
        }
    }
}
