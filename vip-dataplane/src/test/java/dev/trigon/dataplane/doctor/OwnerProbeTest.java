package dev.trigon.dataplane.doctor;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.PeerNamespace;
import dev.trigon.linux.netlink.Rtnetlink;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against real kernels: v0 is the gateway's, v1 a server's in a namespace of its own. */
@ExtendWith(NetworkNamespace.class)
class OwnerProbeTest {
    private static final InetAddress VIP = Specs.address("203.0.113.10");
    private static final InetAddress VIP6 = Specs.address("2001:db8:f::10");
    private static final MacAddress SERVER = MacAddress.parse("02:00:00:00:00:11");

    private static void wire(PeerNamespace peer) {
        sh("sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.disable_ipv6=0");
        peer.sh("sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.disable_ipv6=0");
        sh("ip link add v0 address 02:00:00:00:00:02 type veth peer name v1 address " + SERVER + " netns " + peer.id());
        sh("ip addr add 10.2.0.2/24 dev v0; ip link set v0 up");
        peer.sh("ip addr add 10.2.0.11/24 dev v1; ip link set v1 up; ip link set lo up");
        peer.sh("ip addr add " + VIP.getHostAddress() + "/32 dev lo");
    }

    private static Set<Holder> ask() {
        try (Rtnetlink kernel = Rtnetlink.open()) {
            return OwnerProbe.ask(List.of(kernel.link("v0").orElseThrow()), kernel.addresses(), List.of(VIP, VIP6));
        }
    }

    /** The kernel's own setting: every address of the host is answered for, on every interface. */
    @Test
    void shouldHearAServerThatAnswersForItsLoopback() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);

            assertThat(ask()).containsExactly(new Holder(VIP, SERVER, "v0"));

            peer.sh("sysctl -qw net.ipv4.conf.all.arp_ignore=1");
            assertThat(ask()).isEmpty();
        }
    }

    @Test
    void shouldHearAServerThatHasTheVipOnItsInterface() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            peer.sh("sysctl -qw net.ipv4.conf.all.arp_ignore=1");
            peer.sh("ip addr add 2001:db8:f::10/128 dev lo");
            assertThat(ask()).isEmpty();

            peer.sh("ip addr add 2001:db8:f::10/128 dev v1 nodad");

            assertThat(ask()).containsExactly(new Holder(VIP6, SERVER, "v0"));
        }
    }

    /** Nobody learns from a question that the gateway had the VIP. */
    @Test
    void shouldTellNobodyThatTheVipIsItsOwn() {
        try (PeerNamespace peer = new PeerNamespace()) {
            wire(peer);
            ask();

            peer.sh("! ip neigh show to 203.0.113.10 | grep -q lladdr");
            peer.sh("! ip -6 neigh show to 2001:db8:f::10 | grep -q lladdr");
        }
    }
}
