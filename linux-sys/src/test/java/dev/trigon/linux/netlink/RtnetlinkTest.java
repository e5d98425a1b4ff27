package dev.trigon.linux.netlink;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.NetworkNamespace;
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
            assertThat(v0)
                    .isEqualTo(new Link(
                            v0.index(), "v0", MacAddress.parse("02:00:00:00:00:0a"), 1400, true, false, false));
            assertThat(kernel.links()).extracting(Link::name).containsExactlyInAnyOrder("lo", "v0", "v1");
            assertThat(kernel.links()).contains(v0);

            sh("ip link set v1 up");
            assertThat(kernel.link("v0").orElseThrow().carrier()).isTrue();
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
                    .contains(
                            new Route(Route.Type.UNICAST, address("192.0.2.1"), 32, v0, address("10.0.0.254"), own, 0));
            assertThat(kernel.routeTo(address("10.0.0.7")))
                    .contains(new Route(Route.Type.UNICAST, address("10.0.0.7"), 32, v0, null, own, 0));
            assertThat(kernel.routeTo(own)).map(Route::type).contains(Route.Type.LOCAL);
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
                    .containsExactly(new Route(Route.Type.BLACKHOLE, vip, 32, 0, null, null, PROTOCOL));
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
