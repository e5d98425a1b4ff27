package dev.trigon.linux.netlink;

import static dev.trigon.linux.NetworkNamespace.sh;
import static dev.trigon.linux.netlink.RtnetlinkTest.address;
import static dev.trigon.linux.netlink.RtnetlinkTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.MacAddress;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NetworkNamespace.class)
class NetlinkMonitorTest {
    private final List<Change> changes = new ArrayList<>();

    @Test
    void shouldHearOfLinks() {
        try (NetlinkMonitor monitor = NetlinkMonitor.open()) {
            sh("ip link add v0 type veth peer name v1");
            sh("ip link set v0 up; ip link set v1 up");
            heard(
                    monitor,
                    new Match(
                            "v0 with signal",
                            change -> change instanceof Change.LinkChange c
                                    && c.link().name().equals("v0")
                                    && c.link().carrier()
                                    && !c.removed()));
            sh("ip link del v0");
            heard(
                    monitor,
                    new Match(
                            "v0 gone",
                            change -> change instanceof Change.LinkChange c
                                    && c.link().name().equals("v0")
                                    && c.removed()));
        }
    }

    @Test
    void shouldNotTakePortThatLeavesBridgeForLinkThatIsGone() {
        sh("ip link add br0 type bridge; ip link add v0 type veth peer name v1; ip link set v0 master br0");
        try (NetlinkMonitor monitor = NetlinkMonitor.open()) {
            sh("ip link set v0 nomaster; ip link set v0 mtu 1400");
            heard(
                    monitor,
                    new Match(
                            "the change after it",
                            change -> change instanceof Change.LinkChange c
                                    && c.link().name().equals("v0")
                                    && c.link().mtu() == 1400));
            assertThat(changes).noneMatch(change -> change instanceof Change.LinkChange c && c.removed());
        }
    }

    @Test
    void shouldHearOfAddressesAndRoutes() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up");
        try (NetlinkMonitor monitor = NetlinkMonitor.open();
                Rtnetlink kernel = Rtnetlink.open()) {
            int v0 = kernel.link("v0").orElseThrow().index();
            InterfaceAddress own = new InterfaceAddress(v0, address("10.0.0.1"), 24);
            Route route =
                    new Route(Route.Type.UNICAST, address("192.0.2.0"), 24, v0, address("10.0.0.254"), null, 4, 0);
            sh("ip addr add 10.0.0.1/24 dev v0; ip route add 192.0.2.0/24 via 10.0.0.254 proto static");
            heard(monitor, new Change.AddressChange(own, false));
            heard(monitor, new Change.RouteChange(route, false));
            sh("ip route del 192.0.2.0/24; ip addr del 10.0.0.1/24 dev v0");
            heard(monitor, new Change.RouteChange(route, true));
            heard(monitor, new Change.AddressChange(own, true));
        }
    }

    @Test
    void shouldHearOfIpv6() {
        sh("ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up");
        try (NetlinkMonitor monitor = NetlinkMonitor.open();
                Rtnetlink kernel = Rtnetlink.open()) {
            int v0 = kernel.link("v0").orElseThrow().index();
            InterfaceAddress own = new InterfaceAddress(v0, address("2001:db8:2::2"), 64);
            Route route = new Route(
                    Route.Type.UNICAST, address("2001:db8:3::"), 64, v0, address("2001:db8:2::1"), null, 4, 0);
            Neighbour neighbour = new Neighbour(
                    v0, address("2001:db8:2::11"), MacAddress.parse("02:00:00:00:00:02"), Neighbour.State.PERMANENT);
            sh("ip addr add 2001:db8:2::2/64 dev v0 nodad");
            heard(monitor, new Change.AddressChange(own, false));
            sh("ip route add 2001:db8:3::/64 via 2001:db8:2::1 proto static");
            heard(monitor, new Change.RouteChange(route, false));
            sh("ip neigh add 2001:db8:2::11 lladdr 02:00:00:00:00:02 dev v0");
            heard(monitor, new Change.NeighbourChange(neighbour, false));
            sh("ip route del 2001:db8:3::/64; ip addr del 2001:db8:2::2/64 dev v0");
            heard(monitor, new Change.RouteChange(route, true));
            heard(monitor, new Change.AddressChange(own, true));
        }
    }

    @Test
    void shouldHearOfNeighbours() {
        sh(
                "ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up; ip addr add 10.0.0.1/24 dev v0");
        try (NetlinkMonitor monitor = NetlinkMonitor.open();
                Rtnetlink kernel = Rtnetlink.open()) {
            Neighbour neighbour = new Neighbour(
                    kernel.link("v0").orElseThrow().index(),
                    address("10.0.0.2"),
                    MacAddress.parse("02:00:00:00:00:02"),
                    Neighbour.State.REACHABLE);
            sh("ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 nud reachable dev v0");
            heard(monitor, new Change.NeighbourChange(neighbour, false));
        }
    }

    @Test
    void shouldReportOverrunWhenMoreCameThanWasKept() {
        sh("ip link set lo up");
        try (NetlinkMonitor monitor = NetlinkMonitor.open()) {
            NativeMemory octets = NativeMemory.allocate(Integer.BYTES);
            octets.buffer().putInt(0, 2048);
            assertThat(LibC.setsockopt(monitor.fd(), 1, 8, octets.address(), Integer.BYTES))
                    .as("SO_RCVBUF")
                    .isZero();
            sh("for i in $(seq 0 99); do echo route add blackhole 10.0.$i.0/24; done | ip -batch -");
            heard(monitor, new Change.Overrun());
            sh("ip route add blackhole 192.0.2.0/24");
            heard(
                    monitor,
                    new Match(
                            "what came after",
                            change -> change instanceof Change.RouteChange c
                                    && c.route().destination().equals(address("192.0.2.0"))));
        }
    }

    @Test
    void shouldReportOverrunWhenNotificationIsGarbled() {
        try (SocketPair pair = new SocketPair()) {
            NetlinkMonitor monitor = new NetlinkMonitor(pair.socket());
            pair.say("ff000000 1000 0000 00000000 00000000");
            pair.sayZeros(70_000);
            assertThat(monitor.await(0, changes::add)).isTrue();
            assertThat(changes).containsExactly(new Change.Overrun(), new Change.Overrun());
        }
    }

    @Test
    void shouldReturnWhenNothingChangesInTime() {
        try (NetlinkMonitor monitor = NetlinkMonitor.open()) {
            assertThat(monitor.await(0, changes::add)).isFalse();
            assertThat(monitor.await(1, changes::add)).isFalse();
            assertThat(changes).isEmpty();
        }
    }

    private record Match(String what, Predicate<Change> test) {}

    private void heard(NetlinkMonitor monitor, Change expected) {
        heard(monitor, new Match(expected.toString(), expected::equals));
    }

    private void heard(NetlinkMonitor monitor, Match expected) {
        until(expected.what(), () -> {
            if (changes.stream().anyMatch(expected.test())) {
                return true;
            }
            monitor.await(100, changes::add);
            return false;
        });
    }
}
