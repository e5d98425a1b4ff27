package dev.trigon.dataplane.doctor.canary;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.nexthop.NextHops;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Tables;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.PeerNamespace;
import dev.trigon.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A gateway, which is the namespace that the test runs in, and one server without anything, in a namespace of its own. */
final class CanaryScene implements AutoCloseable {
    static final MacAddress SERVER_MAC = MacAddress.parse("02:00:00:00:00:11");
    static final int PORT = 80;
    static final int CODE = 5;

    /** As the kernel has it where nobody says otherwise. */
    static final int HOPS = 64;

    private static final int ID = 1;
    private static final long WAIT_NS = 10_000_000_000L;

    final boolean v6;
    final InetAddress vip;
    final InetAddress own;
    final InetAddress server;
    final PeerNamespace peer = new PeerNamespace();
    private final Rtnetlink kernel = Rtnetlink.open();
    private final NextHops hops;
    private final ServiceTable table;
    private final boolean layer3;
    private final List<ServerSocket> listening = new ArrayList<>();

    CanaryScene(boolean v6, boolean layer3) {
        this.v6 = v6;
        this.layer3 = layer3;
        this.vip = Specs.address(v6 ? "2001:db8:f::10" : "203.0.113.10");
        this.own = Specs.address(v6 ? "2001:db8:2::2" : "10.2.0.2");
        this.server = Specs.address(v6 ? "2001:db8:2::11" : "10.2.0.11");
        String quiet = "ip link set lo up; sysctl -qw net.ipv6.conf.default.accept_dad=0"
                + " net.ipv6.conf.default.disable_ipv6=0 net.ipv4.conf.all.rp_filter=0";
        sh(quiet);
        peer.sh(quiet + " net.ipv4.conf.all.arp_ignore=1");
        sh("ip link add v0 type veth peer name v1 address " + SERVER_MAC + " netns " + peer.id());
        sh("ip addr add " + own.getHostAddress() + prefix(24, 64) + " dev v0; ip link set v0 up");
        peer.sh("ip addr add " + server.getHostAddress() + prefix(24, 64) + " dev v1; ip link set v1 up");
        sh("ip route add blackhole " + vip.getHostAddress());
        hops = NextHops.follow(kernel, () -> {});
        Specs web = Specs.service("web").vip(vip.getHostAddress()).backend(ID, server.getHostAddress(), 1);
        if (layer3) {
            web.l3dsr(CODE);
        }
        table = Tables.compile(List.of(web.spec()), null, hops::slot, 1, Set.of());
        awaitNextHop();
    }

    private String prefix(int v4Length, int v6Length) {
        return "/" + (v6 ? v6Length + " nodad" : String.valueOf(v4Length));
    }

    private void awaitNextHop() {
        Backend backend = table.backend(ID);
        long startNs = System.nanoTime();
        while (backend == null || backend.nextHop() == null) {
            assertThat(System.nanoTime() - startNs).isLessThan(WAIT_NS);
            LockSupport.parkNanos(5_000_000);
        }
    }

    void takeVip() {
        peer.sh("ip addr add " + vip.getHostAddress() + prefix(32, 128) + " dev lo");
        // in IPv6 the kernel takes packets for an address somewhat later than it has it
        peer.sh("until ip route get " + vip.getHostAddress() + " | grep -q local; do sleep 0.01; done");
    }

    /** As vip-agent does in l3dsr. */
    void restoreVip() {
        String ip = v6 ? "ip6" : "ip";
        peer.sh("nft 'add table " + ip + " t; add chain " + ip + " t c { type filter hook prerouting priority raw; };"
                + " add rule " + ip + " t c " + ip + " daddr " + server.getHostAddress() + " " + ip + " dscp " + CODE
                + " " + ip + " daddr set " + vip.getHostAddress() + "'");
    }

    void listen(InetAddress at) {
        listening.add(peer.call(() -> new ServerSocket(PORT, 0, at)));
    }

    Canary ping() {
        return new Canary(ID, own, vip, true, Canary.NONE, layer3 ? 2 : 1);
    }

    Canary connection() {
        return new Canary(ID, own, vip, true, PORT, HOPS);
    }

    Canary pingOwn() {
        return new Canary(ID, own, server, false, Canary.NONE, HOPS);
    }

    Canary connectionToOwn() {
        return new Canary(ID, own, server, false, PORT, HOPS);
    }

    Answer answer(Canary canary) {
        return answers(List.of(canary)).get(canary);
    }

    Map<Canary, Answer> answers(List<Canary> canaries) {
        return Flight.of(canaries, List.of(kernel.link("v0").orElseThrow()), table::backend);
    }

    /** Half of one included. */
    void shouldHaveNoConnection() {
        peer.sh("! ss -Htan state connected | grep .");
    }

    @Override
    public void close() {
        hops.close();
        kernel.close();
        for (ServerSocket socket : listening) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        peer.close();
    }
}
