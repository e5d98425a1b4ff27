package dev.trigon.linux.netlink;

import static dev.trigon.linux.NetworkNamespace.sh;
import static dev.trigon.linux.NetworkNamespace.succeeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.PeerNamespace;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Links, addresses and neighbours, against the real kernel, in a network namespace a test. */
@ExtendWith(NetworkNamespace.class)
class RtnetlinkTest {
    private static final int LO = 1;

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
