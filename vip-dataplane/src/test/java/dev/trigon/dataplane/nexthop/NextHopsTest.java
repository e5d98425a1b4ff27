package dev.trigon.dataplane.nexthop;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.PeerNamespace;
import dev.trigon.linux.netlink.Neighbour;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel: v0 here, v1 in a peer's namespace, which is server and router. */
@ExtendWith(NetworkNamespace.class)
class NextHopsTest {
    private static final InetAddress SERVER = Specs.address("10.2.0.11");
    private static final InetAddress FAR = Specs.address("10.3.0.11");
    private static final long OWN_MAC = mac("02:00:00:00:00:02");
    private static final long PEER_MAC = mac("02:00:00:00:00:0b");

    private static long mac(String text) {
        return MacAddress.parse(text).value();
    }

    /** The kernel's waits are shortened: a neighbour is given up after three questions of 50 ms. */
    private static void wire(PeerNamespace peer) {
        sh("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
        sh("ip link add v0 address 02:00:00:00:00:02 mtu 1400 type veth"
                + " peer name v1 address 02:00:00:00:00:0b netns " + peer.id());
        sh("ip addr add 10.2.0.2/24 dev v0; ip link set v0 up");
        sh("sysctl -qw net.ipv4.neigh.v0.retrans_time_ms=50 net.ipv4.neigh.v0.delay_first_probe_time=1");
        peer.sh("ip addr add 10.2.0.1/24 dev v1; ip addr add 10.2.0.11/24 dev v1; ip link set v1 up");
    }

    private static int v0(Rtnetlink kernel) {
        return kernel.link("v0").orElseThrow().index();
    }

    private static @Nullable NextHop until(NextHopSlot slot, Predicate<@Nullable NextHop> condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!condition.test(slot.get())) {
            assertThat(System.nanoTime() - deadlineNs)
                    .as("still %s", slot.get())
                    .isNegative();
            LockSupport.parkNanos(1_000_000);
        }
        return slot.get();
    }

    @Test
    void shouldResolveAServerOnTheSameSegment() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                NextHopSlot slot = hops.slot(SERVER);

                assertThat(until(slot, hop -> hop != null))
                        .isEqualTo(new NextHop(v0(kernel), OWN_MAC, PEER_MAC, 1_400, true));
                assertThat(hops.slot(SERVER)).isSameAs(slot);
            }
        }
    }

    /** A router is named by its link-local address, as router advertisements do. */
    @Test
    void shouldResolveIpv6ServersOnTheSegmentAndBehindARouter() {
        try (PeerNamespace peer = new PeerNamespace()) {
            sh("ip link add v0 address 02:00:00:00:00:02 mtu 1400 type veth"
                    + " peer name v1 address 02:00:00:00:00:0b netns " + peer.id());
            sh("ip addr add 2001:db8:2::2/64 dev v0 nodad; ip link set v0 up");
            peer.sh(
                    "ip addr add 2001:db8:2::11/64 dev v1 nodad; ip addr add fe80::b/64 dev v1 nodad; ip link set v1 up");
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                NextHopSlot server = hops.slot(Specs.address("2001:db8:2::11"));
                NextHopSlot routed = hops.slot(Specs.address("2001:db8:3::11"));
                sh("ip route add 2001:db8:3::/64 via fe80::b dev v0");

                assertThat(until(server, hop -> hop != null))
                        .isEqualTo(new NextHop(v0(kernel), OWN_MAC, PEER_MAC, 1_400, true));
                assertThat(until(routed, hop -> hop != null))
                        .isEqualTo(new NextHop(v0(kernel), OWN_MAC, PEER_MAC, 1_400, false));
            }
        }
    }

    /** A server that holds the gateway's own address answers no question from there, now and whenever it is asked again. */
    @Test
    void shouldResolveAServerThatHoldsTheGatewaysAddress() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            peer.sh("sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2");
            peer.sh("ip link set lo up; ip addr add 10.2.0.2/32 dev lo");
            sh("sysctl -qw net.ipv4.neigh.v0.base_reachable_time_ms=100 net.ipv4.neigh.v0.delay_first_probe_time=1");
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, 1, () -> {})) {
                hops.share(Set.of(Specs.address("10.2.0.2")));
                NextHopSlot slot = hops.slot(SERVER);

                assertThat(until(slot, hop -> hop != null).destinationMac()).isEqualTo(PEER_MAC);
                long asked = requests(peer);
                until(slot, hop -> {
                    assertThat(hop).as("known all the time").isNotNull();
                    return requests(peer) > asked + 12;
                });
            }
        }
    }

    /** The kernel asks in the name of an interface's first address, whatever source a route prefers. */
    @Test
    void shouldResolveItToWhereARoutePrefersAnotherSource() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            peer.sh("sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2");
            peer.sh("ip link set lo up; ip addr add 10.2.0.2/32 dev lo");
            sh("ip addr add 10.2.0.3/24 dev v0; ip route add 10.2.0.11 dev v0 src 10.2.0.3");
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                hops.share(Set.of(Specs.address("10.2.0.2")));

                assertThat(until(hops.slot(SERVER), hop -> hop != null).destinationMac())
                        .isEqualTo(PEER_MAC);
            }
        }
    }

    /** However often routes change, who does not answer is asked once a second, beside what the kernel asks. */
    @Test
    void shouldNotAskForEachRouteThatChanges() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            sh("sysctl -qw net.ipv4.neigh.v0.retrans_time_ms=1000");
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                hops.share(Set.of(Specs.address("10.2.0.2")));
                hops.slot(Specs.address("10.2.0.99"));
                NextHopSlot server = hops.slot(SERVER);
                until(server, hop -> hop != null);
                long before = requests(peer);
                long beganNs = System.nanoTime();

                sh("for i in $(seq 200); do ip route add 192.0.2.$i dev v0; done");
                sh("ip link set v0 mtu 1300");
                until(server, hop -> hop != null && hop.mtu() == 1_300);

                long seconds = 1 + (System.nanoTime() - beganNs) / 1_000_000_000;
                // one from here, one from the kernel, and what an interface says of itself
                assertThat(requests(peer) - before).isLessThan(20 + 3 * seconds);
            }
        }
    }

    /** As the kernel forwards by it too. */
    @Test
    void shouldTakeTheRoutesMtuWhereItIsLessThanTheLinks() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            sh("ip route add 10.3.0.0/24 via 10.2.0.1 mtu 1300");
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                NextHopSlot slot = hops.slot(FAR);
                assertThat(until(slot, hop -> hop != null).mtu()).isEqualTo(1_300);

                sh("ip route change 10.3.0.0/24 via 10.2.0.1 mtu 9000");
                assertThat(until(slot, hop -> hop != null && hop.mtu() != 1_300).mtu())
                        .isEqualTo(1_400);

                sh("ip route change 10.3.0.0/24 via 10.2.0.1 mtu 1280");
                assertThat(until(slot, hop -> hop != null && hop.mtu() != 1_400).mtu())
                        .isEqualTo(1_280);
            }
        }
    }

    @Test
    void shouldLeaveAStaticNeighbourStaticWhenNextHopsAreVerified() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            sh("ip neigh replace 10.2.0.11 lladdr 02:00:00:00:00:77 dev v0 nud permanent");
            // what was verified is soon in need of it again
            sh("sysctl -qw net.ipv4.neigh.v0.base_reachable_time_ms=100 net.ipv4.neigh.v0.delay_first_probe_time=0");
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, 1, () -> {})) {
                NextHopSlot fixed = hops.slot(SERVER);
                NextHopSlot learned = hops.slot(Specs.address("10.2.0.1"));
                until(learned, hop -> hop != null);

                // one that is learned is asked for again and again meanwhile: both are verified in the same round
                long asked = requests(peer);
                until(learned, hop -> requests(peer) > asked + 2);

                assertThat(until(fixed, hop -> hop != null).destinationMac()).isEqualTo(mac("02:00:00:00:00:77"));
                assertThat(kernel.neighbour(v0(kernel), SERVER).orElseThrow().state())
                        .isEqualTo(Neighbour.State.PERMANENT);
            }
        }
    }

    /** Frames that the far end has received: they grow as long as verifying goes on. */
    private static long requests(PeerNamespace peer) {
        String devices = peer.call(() -> Files.readString(Path.of("/proc/thread-self/net/dev")));
        String v1 = devices.lines()
                .filter(line -> line.strip().startsWith("v1:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(v1.strip().split("\\s+", -1)[2]);
    }

    @Test
    void shouldFollowAMacThatChanges() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                NextHopSlot slot = hops.slot(SERVER);
                until(slot, hop -> hop != null);

                // as another machine that takes the address over announces it
                peer.sh("ip link set v1 down; ip link set v1 address 02:00:00:00:00:99; ip link set v1 up");
                sh("ip neigh replace 10.2.0.11 lladdr 02:00:00:00:00:99 dev v0 nud reachable");

                until(slot, hop -> hop != null && hop.destinationMac() == mac("02:00:00:00:00:99"));
            }
        }
    }

    @Test
    void shouldFollowARouteThroughARouterAndBack() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                NextHopSlot slot = hops.slot(FAR);
                assertThat(slot.get()).as("no route").isNull();

                sh("ip route add 10.3.0.0/24 via 10.2.0.1");
                assertThat(until(slot, hop -> hop != null))
                        .isEqualTo(new NextHop(v0(kernel), OWN_MAC, PEER_MAC, 1_400, false));

                sh("ip route del 10.3.0.0/24");
                until(slot, hop -> hop == null);

                sh("ip route add blackhole 10.3.0.0/24");
                assertThat(hops.slot(FAR).get()).isNull();
                sh("ip route del blackhole 10.3.0.0/24; ip route add 10.3.0.0/24 via 10.2.0.11");
                assertThat(until(slot, hop -> hop != null).direct()).isFalse();
            }
        }
    }

    @Test
    void shouldLoseANeighbourThatIsGoneAndFindItAgain() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                NextHopSlot slot = hops.slot(SERVER);
                until(slot, hop -> hop != null);

                peer.sh("ip addr del 10.2.0.11/24 dev v1");
                sh("ip neigh flush dev v0");
                until(slot, hop -> hop == null);

                peer.sh("ip addr add 10.2.0.11/24 dev v1");
                until(slot, hop -> hop != null);
            }
        }
    }

    @Test
    void shouldFollowTheInterfacesOwnMacAndMtu() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                NextHopSlot slot = hops.slot(SERVER);
                until(slot, hop -> hop != null);

                sh("ip link set v0 mtu 1300");
                until(slot, hop -> hop != null && hop.mtu() == 1_300);
                sh("ip link set v0 address 02:00:00:00:00:77");
                until(slot, hop -> hop != null && hop.sourceMac() == mac("02:00:00:00:00:77"));
            }
        }
    }

    @Test
    void shouldComeBackAfterItsInterfaceWasDown() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                NextHopSlot slot = hops.slot(SERVER);
                until(slot, hop -> hop != null);

                sh("ip link set v0 down");
                until(slot, hop -> hop == null);
                sh("ip link set v0 up");
                until(slot, hop -> hop != null);
            }
        }
    }

    @Test
    void shouldForgetWhatIsNeededNoMore() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            try (Rtnetlink kernel = Rtnetlink.open();
                    NextHops hops = NextHops.follow(kernel, () -> {})) {
                NextHopSlot kept = hops.slot(SERVER);
                NextHopSlot forgotten = hops.slot(FAR);

                hops.retain(Set.of(SERVER));

                assertThat(hops.slot(SERVER)).isSameAs(kept);
                assertThat(hops.slot(FAR)).isNotSameAs(forgotten);
            }
        }
    }
}
