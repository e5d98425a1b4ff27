package dev.trigon.linux.netlink;

import static dev.trigon.linux.NetworkNamespace.sh;
import static dev.trigon.linux.netlink.RtnetlinkTest.address;
import static dev.trigon.linux.netlink.RtnetlinkTest.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.PeerNamespace;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Routes and blackholes, against the real kernel, in a network namespace a test. */
@ExtendWith(NetworkNamespace.class)
class RtnetlinkRoutesTest {
    private static final int PROTOCOL = 87;

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
}
