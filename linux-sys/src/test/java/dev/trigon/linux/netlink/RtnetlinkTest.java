package dev.trigon.linux.netlink;

import static dev.trigon.linux.NetworkNamespace.sh;
import static dev.trigon.linux.NetworkNamespace.succeeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.PeerNamespace;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel, in a network namespace a test. */
@ExtendWith(NetworkNamespace.class)
class RtnetlinkTest {
    private static final int LO = 1;
    private static final int PROTOCOL = 87;

    @Test
    void shouldListLinks() {
        sh("ip link add v0 address 02:00:00:00:00:0a mtu 1400 type veth peer name v1; ip link set v0 up");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            Link v0 = kernel.link("v0").orElseThrow();
            int v1 = kernel.link("v1").orElseThrow().index();
            assertThat(v0)
                    .isEqualTo(new Link(
                            v0.index(),
                            "v0",
                            MacAddress.parse("02:00:00:00:00:0a"),
                            1400,
                            true,
                            false,
                            false,
                            new Link.Place(v1, 0, "veth", 0)));
            assertThat(kernel.links()).extracting(Link::name).containsExactlyInAnyOrder("lo", "v0", "v1");
            assertThat(kernel.links()).contains(v0);

            sh("ip link set v1 up");
            assertThat(kernel.link("v0").orElseThrow().carrier()).isTrue();
        }
    }

    @Test
    void shouldTellHowLinksAreStacked() {
        sh("ip link add v0 type veth peer name v1; ip link add w0 type veth peer name w1");
        sh("ip link add link v0 name mv0 type macvlan; ip link add br0 type bridge; ip link set w0 master br0");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            Link v0 = kernel.link("v0").orElseThrow();
            Link v1 = kernel.link("v1").orElseThrow();
            Link w0 = kernel.link("w0").orElseThrow();
            Link br0 = kernel.link("br0").orElseThrow();
            Link macvlan = kernel.link("mv0").orElseThrow();
            assertThat(macvlan.place()).isEqualTo(new Link.Place(v0.index(), 0, "macvlan", 0));
            assertThat(br0.place()).isEqualTo(new Link.Place(0, 0, "bridge", 0));
            assertThat(w0.place().master()).isEqualTo(br0.index());

            assertThat(macvlan.sharesFramesWith(v0)).isTrue();
            assertThat(v0.sharesFramesWith(macvlan)).isTrue();
            assertThat(br0.sharesFramesWith(w0)).isTrue();
            assertThat(w0.sharesFramesWith(br0)).isTrue();
            assertThat(v0.sharesFramesWith(v1)).as("two ends of a wire").isFalse();
            assertThat(v0.sharesFramesWith(w0)).isFalse();
        }
    }

    @Test
    void shouldTellAVlan() {
        assumeThat(succeeds("ip link add v0 type veth peer name v1; ip link add link v0 name v0.100 type vlan id 100"))
                .as("a VLAN interface needs a kernel with 8021q")
                .isTrue();
        try (Rtnetlink kernel = Rtnetlink.open()) {
            Link v0 = kernel.link("v0").orElseThrow();
            Link vlan = kernel.link("v0.100").orElseThrow();
            assertThat(vlan.place()).isEqualTo(new Link.Place(v0.index(), 0, "vlan", 100));
            assertThat(vlan.sharesFramesWith(v0)).isTrue();
        }
    }

    /** The index of what it is on would be another link's here. */
    @Test
    void shouldNotTakeAnotherNamespacesLinkForAParent() {
        try (PeerNamespace peer = new PeerNamespace()) {
            sh("ip link add v0 type veth peer name v1 netns " + peer.id());
            try (Rtnetlink kernel = Rtnetlink.open()) {
                assertThat(kernel.link("v0").orElseThrow().place()).isEqualTo(new Link.Place(0, 0, "veth", 0));
            }
        }
    }

    @Test
    void shouldKnowLoopback() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThat(kernel.link("lo")).contains(new Link(LO, "lo", null, 65536, false, false, true));
        }
    }

    @Test
    void shouldFindNoLinkWhenThereIsNone() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThat(kernel.link("v0")).isEmpty();
            assertThat(kernel.link("a-name-of-more-than-15")).isEmpty();
            assertThat(kernel.link("")).isEmpty();
        }
    }

    @Test
    void shouldAddAndRemoveAddress() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            InetAddress vip = address("203.0.113.10");
            assertThat(kernel.addAddress(LO, vip, 32)).isTrue();
            assertThat(kernel.addAddress(LO, vip, 32)).isFalse();
            assertThat(kernel.addresses()).containsExactly(new InterfaceAddress(LO, vip, 32));
            assertThat(kernel.removeAddress(LO, vip, 24)).isFalse();
            assertThat(kernel.removeAddress(LO, vip, 32)).isTrue();
            assertThat(kernel.removeAddress(LO, vip, 32)).isFalse();
            assertThat(kernel.addresses()).isEmpty();
        }
    }

    @Test
    void shouldAddAndRemoveIpv6Address() {
        sh("ip link set lo up");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            InetAddress vip = address("2001:db8::10");
            assertThat(kernel.addAddress(LO, vip, 128)).isTrue();
            assertThat(kernel.addAddress(LO, vip, 128)).isFalse();
            // the kernel's own work queue makes it usable
            until(
                    "local",
                    () -> kernel.routeTo(vip)
                            .map(Route::type)
                            .filter(Route.Type.LOCAL::equals)
                            .isPresent());
            assertThat(kernel.removeAddress(LO, vip, 128)).isTrue();
            assertThat(kernel.removeAddress(LO, vip, 128)).isFalse();
        }
    }

    /** Without duplicate detection: an address that many servers hold would never come out of it. */
    @Test
    void shouldHaveAnIpv6AddressAtOnce() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            int v0 = kernel.link("v0").orElseThrow().index();
            kernel.addAddress(v0, address("2001:db8::10"), 128);
            assertThat(kernel.addresses()).contains(new InterfaceAddress(v0, address("2001:db8::10"), 128));
            sh("ip -6 addr show dev v0 to 2001:db8::10 | grep nodad; ! ip -6 addr show dev v0 tentative | grep 2001:");
        }
    }

    @Test
    void shouldNameRequestAndReasonWhenRefused() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThatThrownBy(() -> kernel.addAddress(4711, address("203.0.113.10"), 32))
                    .isInstanceOf(LinuxException.class)
                    .hasMessage("RTM_NEWADDR(203.0.113.10/32 on interface 4711), \"ipv4: Device not found\": "
                            + "No such device (errno 19)");
            assertThatThrownBy(() -> kernel.addAddress(LO, address("203.0.113.10"), 33))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldNotUseDescriptorAfterClose() {
        Rtnetlink kernel = Rtnetlink.open();
        kernel.close();
        kernel.close();
        assertThatThrownBy(kernel::links).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldFindRoute() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip link set lo up");
        sh("ip addr add 10.0.0.1/24 dev v0; ip route add default via 10.0.0.254 proto static");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            int v0 = kernel.link("v0").orElseThrow().index();
            InetAddress own = address("10.0.0.1");
            assertThat(kernel.routeTo(address("192.0.2.1")))
                    .contains(new Route(
                            Route.Type.UNICAST, address("192.0.2.1"), 32, v0, address("10.0.0.254"), own, 0, 0));
            assertThat(kernel.routeTo(address("10.0.0.7")))
                    .contains(new Route(Route.Type.UNICAST, address("10.0.0.7"), 32, v0, null, own, 0, 0));
            assertThat(kernel.routeTo(own)).map(Route::type).contains(Route.Type.LOCAL);
        }
    }

    @Test
    void shouldFindWhatARouteSaysItCarries() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip link set lo up");
        sh("ip addr add 10.0.0.1/24 dev v0; ip route add 192.0.2.0/24 via 10.0.0.254 mtu 1300");
        sh("ip addr add 2001:db8:2::2/64 dev v0 nodad; ip route add 2001:db8:3::/64 via fe80::1 dev v0 mtu 1300");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            for (String destination : List.of("192.0.2.1", "2001:db8:3::11")) {
                assertThat(kernel.routeTo(address(destination)).map(Route::mtu))
                        .as(destination)
                        .contains(1_300);
            }
            for (String destination : List.of("10.0.0.7", "2001:db8:2::11")) {
                assertThat(kernel.routeTo(address(destination)).map(Route::mtu))
                        .as(destination)
                        .contains(0);
            }
        }
    }

    /** A router further on that carries less is a matter of one path; the kernel shows it in the place of the route's. */
    @Test
    void shouldFindWhatARouteSaysThoughAPathHasTurnedOutNarrower() {
        try (PeerNamespace peer = new PeerNamespace()) {
            sh("ip link add v0 type veth peer name v1; ip link set v1 netns " + peer.id());
            sh("ip link set v0 up; ip addr add 10.0.0.1/24 dev v0");
            peer.sh("ip link set v1 up; ip addr add 10.0.0.254/24 dev v1; sysctl -qw net.ipv4.ip_forward=1");
            peer.sh("ip link add w0 mtu 1280 type veth peer name w1; ip link set w0 up; ip link set w1 up");
            peer.sh("ip addr add 192.0.2.254/24 dev w0");
            sh("ip route add 192.0.2.0/24 via 10.0.0.254 mtu 1400");
            sh("ping -c 1 -W 1 -M do -s 1350 192.0.2.1 >/dev/null || true");
            sh("ip route get 192.0.2.1 | grep -q 'expires.*mtu 1280'");
            try (Rtnetlink kernel = Rtnetlink.open()) {
                assertThat(kernel.routeTo(address("192.0.2.1")).map(Route::mtu)).contains(1_400);
            }
        }
    }

    @Test
    void shouldFindWhatARouteSaysThatExpires() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up");
        sh("ip addr add 2001:db8:2::2/64 dev v0 nodad");
        sh("ip route add 2001:db8:3::/64 via fe80::1 dev v0 mtu 1300 expires 600");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThat(kernel.routeTo(address("2001:db8:3::11")).map(Route::mtu))
                    .contains(1_300);
        }
    }

    @Test
    void shouldListPreferredRouteFirst() {
        sh(
                "ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip addr add 10.0.0.1/24 dev v0");
        sh("ip route add default via 10.0.0.3 metric 200; ip route add default via 10.0.0.2 metric 100");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThat(kernel.routes())
                    .filteredOn(route -> route.prefixLength() == 0)
                    .extracting(Route::gateway)
                    .containsExactly(address("10.0.0.2"), address("10.0.0.3"));
        }
    }

    @Test
    void shouldListNoRoutesWhereThereIsNoTableYet() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThat(kernel.routes()).isEmpty();
        }
    }

    @Test
    void shouldFindNoRouteWhenThereIsNoneOrItForbids() {
        sh("ip link set lo up; ip route add prohibit 192.0.2.2; ip route add unreachable 192.0.2.3");
        sh("ip route add blackhole 192.0.2.4");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            for (String destination : List.of("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4")) {
                assertThat(kernel.routeTo(address(destination))).as(destination).isEmpty();
            }
        }
    }

    @Test
    void shouldFindIpv6Routes() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip link set lo up");
        sh("ip addr add 2001:db8:2::2/64 dev v0 nodad; ip route add default via fe80::1 dev v0 proto static");
        sh("ip route add 2001:db8:3::/64 via 2001:db8:2::1");
        sh("ip route add prohibit 2001:db8:4::1; ip route add unreachable 2001:db8:4::2");
        sh("ip route add blackhole 2001:db8:4::3");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            int v0 = kernel.link("v0").orElseThrow().index();
            InetAddress own = address("2001:db8:2::2");
            InetAddress routed = address("2001:db8:3::11");
            until("local", () -> kernel.routeTo(own).isPresent());
            assertThat(kernel.routeTo(address("2001:db8:2::11")))
                    .map(route -> List.of(route.type(), route.ifIndex()))
                    .contains(List.of(Route.Type.UNICAST, v0));
            assertThat(kernel.routeTo(address("2001:db8:2::11")))
                    .map(Route::gateway)
                    .isEmpty();
            assertThat(kernel.routeTo(routed)).map(Route::gateway).contains(address("2001:db8:2::1"));
            assertThat(kernel.routeTo(address("2001:db8:9::1")))
                    .map(Route::gateway)
                    .contains(address("fe80::1"));
            assertThat(kernel.routeTo(own)).map(Route::type).contains(Route.Type.LOCAL);
            for (String destination : List.of("2001:db8:4::1", "2001:db8:4::2", "2001:db8:4::3")) {
                assertThat(kernel.routeTo(address(destination))).as(destination).isEmpty();
            }
            assertThat(kernel.routes())
                    .filteredOn(route -> route.prefixLength() == 0)
                    .containsExactly(
                            new Route(Route.Type.UNICAST, address("::"), 0, v0, address("fe80::1"), null, 4, 0));
            sh("ip -6 route del default");
            assertThat(kernel.routeTo(address("2001:db8:9::1"))).isEmpty();
        }
    }

    @Test
    void shouldAddListAndRemoveIpv6Blackhole() {
        sh("ip link set lo up; ip route add blackhole 2001:db8::99");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            InetAddress vip = address("2001:db8::10");
            assertThat(kernel.addBlackhole(vip, 128, PROTOCOL)).isTrue();
            assertThat(kernel.addBlackhole(vip, 128, PROTOCOL)).isFalse();
            assertThat(kernel.addBlackhole(address("203.0.113.10"), 32, PROTOCOL))
                    .isTrue();
            assertThat(kernel.routes(PROTOCOL))
                    .extracting(Route::type, Route::destination, Route::prefixLength)
                    .containsExactlyInAnyOrder(
                            tuple(Route.Type.BLACKHOLE, vip, 128),
                            tuple(Route.Type.BLACKHOLE, address("203.0.113.10"), 32));
            assertThat(kernel.removeBlackhole(vip, 128, PROTOCOL + 1)).isFalse();
            assertThat(kernel.removeBlackhole(address("2001:db8::99"), 128, PROTOCOL))
                    .isFalse();
            assertThat(kernel.removeBlackhole(vip, 128, PROTOCOL)).isTrue();
            assertThat(kernel.removeBlackhole(vip, 128, PROTOCOL)).isFalse();
            assertThat(kernel.routes(PROTOCOL)).hasSize(1);
        }
    }

    @Test
    void shouldFindGatewayOfOtherFamily() {
        sh(
                "ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip addr add 10.0.0.1/24 dev v0");
        sh("ip route add 192.0.2.0/24 via inet6 fe80::1 dev v0");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThat(kernel.routeTo(address("192.0.2.1"))).map(Route::gateway).contains(address("fe80::1"));
        }
    }

    @Test
    void shouldAddListAndRemoveBlackhole() {
        sh(
                "ip link set lo up; ip route add blackhole 203.0.113.99; ip route add blackhole 203.0.113.98 table 100 proto 87");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            InetAddress vip = address("203.0.113.10");
            assertThat(kernel.addBlackhole(vip, 32, PROTOCOL)).isTrue();
            assertThat(kernel.addBlackhole(vip, 32, PROTOCOL)).isFalse();
            assertThat(kernel.routes(PROTOCOL))
                    .containsExactly(new Route(Route.Type.BLACKHOLE, vip, 32, 0, null, null, PROTOCOL, 0));
            assertThat(kernel.removeBlackhole(vip, 32, PROTOCOL + 1)).isFalse();
            assertThat(kernel.removeBlackhole(vip, 32, PROTOCOL)).isTrue();
            assertThat(kernel.removeBlackhole(vip, 32, PROTOCOL)).isFalse();
            assertThat(kernel.routes(PROTOCOL)).isEmpty();
        }
    }

    @Test
    void shouldNotTakeAnotherRouteForBlackhole() {
        sh("ip link set lo up; ip route add 203.0.113.10 dev lo");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThatThrownBy(() -> kernel.addBlackhole(address("203.0.113.10"), 32, PROTOCOL))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("File exists");
            assertThat(kernel.removeBlackhole(address("203.0.113.10"), 32, PROTOCOL))
                    .isFalse();
        }
    }

    @Test
    void shouldReadTableOfManyDatagrams() {
        sh(
                "ip link set lo up; for i in $(seq 0 3999); do echo route add blackhole 10.$((i/256)).$((i%256)).0/24 proto 87; "
                        + "done | ip -batch -");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThat(kernel.routes(PROTOCOL)).hasSize(4000).doesNotHaveDuplicates();
        }
    }

    @Test
    void shouldReadNeighbours() {
        sh(
                "ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip addr add 10.0.0.1/24 dev v0");
        sh("ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 nud permanent dev v0");
        sh("ip neigh add 10.0.0.3 lladdr 02:00:00:00:00:03 nud stale dev v0");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            int v0 = kernel.link("v0").orElseThrow().index();
            Neighbour second = new Neighbour(
                    v0, address("10.0.0.2"), MacAddress.parse("02:00:00:00:00:02"), Neighbour.State.PERMANENT);
            Neighbour third = new Neighbour(
                    v0, address("10.0.0.3"), MacAddress.parse("02:00:00:00:00:03"), Neighbour.State.STALE);
            assertThat(kernel.neighbours()).contains(second, third);
            assertThat(kernel.neighbour(v0, address("10.0.0.3"))).contains(third);
            assertThat(kernel.neighbour(v0, address("10.0.0.4"))).isEmpty();
            assertThat(second.usable()).isTrue();
        }
    }

    @Test
    void shouldHaveKernelResolveNeighbour() {
        // both ends in one namespace: the far end has to accept our own address as a sender
        sh(
                "ip link add v0 type veth peer name v1; ip link set v1 address 02:00:00:00:00:0b; ip addr add 10.0.0.1/24 dev v0");
        sh("echo 1 > /proc/sys/net/ipv4/conf/v1/accept_local; ip addr add 10.0.0.2/32 dev v1");
        sh("ip link set v0 up; ip link set v1 up; ip link set lo up");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            int v0 = kernel.link("v0").orElseThrow().index();
            kernel.useNeighbour(v0, address("10.0.0.2"));
            until(
                    "resolved",
                    () -> kernel.neighbour(v0, address("10.0.0.2"))
                            .filter(Neighbour::usable)
                            .isPresent());
            assertThat(kernel.neighbour(v0, address("10.0.0.2")))
                    .map(Neighbour::mac)
                    .contains(MacAddress.parse("02:00:00:00:00:0b"));

            sh("ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:0b nud stale dev v0");
            kernel.useNeighbour(v0, address("10.0.0.2"));
            assertThat(kernel.neighbour(v0, address("10.0.0.2")))
                    .map(Neighbour::state)
                    .contains(Neighbour.State.DELAY);
        }
    }

    @Test
    void shouldHaveKernelResolveIpv6Neighbour() {
        try (PeerNamespace peer = new PeerNamespace()) {
            sh("ip link add v0 type veth peer name v1 address 02:00:00:00:00:0b netns " + peer.id());
            sh("ip addr add 2001:db8:2::2/64 dev v0 nodad; ip link set v0 up");
            peer.sh("ip addr add 2001:db8:2::11/64 dev v1 nodad; ip link set v1 up");
            try (Rtnetlink kernel = Rtnetlink.open()) {
                int v0 = kernel.link("v0").orElseThrow().index();
                InetAddress server = address("2001:db8:2::11");
                until("resolved", () -> {
                    kernel.useNeighbour(v0, server);
                    return kernel.neighbour(v0, server)
                            .filter(Neighbour::usable)
                            .isPresent();
                });
                assertThat(kernel.neighbour(v0, server))
                        .map(Neighbour::mac)
                        .contains(MacAddress.parse("02:00:00:00:00:0b"));
                assertThat(kernel.neighbours()).extracting(Neighbour::address).contains(server);
            }
        }
    }

    static void until(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline for %s", what).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
