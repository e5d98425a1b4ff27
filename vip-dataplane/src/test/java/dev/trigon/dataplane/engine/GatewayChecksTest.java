package dev.trigon.dataplane.engine;

import static dev.trigon.dataplane.service.Specs.service;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.linux.NetworkNamespace;
import dev.trigon.linux.NftTable;
import dev.trigon.linux.netlink.Rtnetlink;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against the real kernel: 10.2.0.0/24 on a link, 10.3.0.0/24 behind a router there. */
@ExtendWith(NetworkNamespace.class)
class GatewayChecksTest {
    private static void wire() {
        sh("ip link add v0 type veth peer name v1; ip link set v1 up");
        sh("ip addr add 10.2.0.2/24 dev v0; ip link set v0 up; ip route add 10.3.0.0/24 via 10.2.0.1");
    }

    private static ThrowingCallable check(Specs service) {
        return () -> {
            wire();
            try (Rtnetlink kernel = Rtnetlink.open()) {
                new GatewayChecks(kernel, PortGuard.ofGateway()).check(List.of(), List.of(service.spec()));
            }
        };
    }

    @Test
    void shouldAcceptServersOnTheSegmentInL2dsr() {
        assertThatCode(check(service("web").backend(1, "10.2.0.11", 1))).doesNotThrowAnyException();
    }

    @Test
    void shouldAcceptRoutedServersInL3dsr() {
        assertThatCode(check(service("web").l3dsr(3).backend(1, "10.3.0.11", 1)))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseRoutedServersInL2dsr() {
        assertThatThrownBy(check(service("web").backend(1, "10.3.0.11", 1)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("10.3.0.11 is behind the router 10.2.0.1")
                .hasMessageContaining("use forward: l3dsr");
    }

    @Test
    void shouldRefuseAServerWithoutARoute() {
        assertThatThrownBy(check(service("web").backend(1, "192.0.2.1", 1)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("no route to 192.0.2.1");
    }

    @Test
    void shouldRefuseAServerThatIsTheGateway() {
        assertThatThrownBy(check(service("web").backend(1, "10.2.0.2", 1)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("10.2.0.2 is an address of this gateway");
    }

    @Test
    void shouldNotAskAgainAboutWhatStoodBefore() {
        wire();
        ServiceSpec lost = service("web").backend(1, "192.0.2.1", 1).spec();
        ServiceSpec more = service("web")
                .backend(1, "192.0.2.1", 7)
                .backend(2, "10.2.0.11", 1)
                .spec();
        try (Rtnetlink kernel = Rtnetlink.open()) {
            GatewayChecks checks = new GatewayChecks(kernel, PortGuard.ofGateway());
            assertThatCode(() -> checks.check(List.of(lost), List.of(more))).doesNotThrowAnyException();
        }
    }

    @Test
    void shouldRefuseAVipThatTheKernelHasARouteTo() {
        assertThatThrownBy(() -> {
                    wire();
                    sh("ip route add 203.0.113.10/32 via 10.2.0.1");
                    try (Rtnetlink kernel = Rtnetlink.open()) {
                        new GatewayChecks(kernel, PortGuard.ofGateway())
                                .check(
                                        List.of(),
                                        List.of(service("web")
                                                .backend(1, "10.2.0.11", 1)
                                                .spec()));
                    }
                })
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("remove it: ip route del 203.0.113.10");
    }

    @Test
    void shouldAcceptAVipThatIsTheGatewaysForSomePorts() {
        assertThatCode(check(service("web").vip("10.2.0.2").backend(1, "10.2.0.11", 1)))
                .doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseAVipThatIsTheGatewaysForAllPorts() {
        assertThatThrownBy(check(service("web")
                        .vip("10.2.0.2")
                        .ports(new PortRange(1, 65_535))
                        .backend(1, "10.2.0.11", 1)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("would take ssh and everything else of the gateway")
                .hasMessageContaining("name the ports");
    }

    @Test
    void shouldRefuseAVipThatIsTheGatewaysWithoutNft() {
        PortGuard withoutNft = new PortGuard(new NftTable("inet", "trigon_gateway", List.of(Path.of("/nonexistent"))));
        wire();
        ServiceSpec web =
                service("web").vip("10.2.0.2").backend(1, "10.2.0.11", 1).spec();
        try (Rtnetlink kernel = Rtnetlink.open()) {
            assertThatThrownBy(() -> new GatewayChecks(kernel, withoutNft).check(List.of(), List.of(web)))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("install it: apt-get install nftables");
            assertThatCode(() -> new GatewayChecks(kernel, withoutNft).check(List.of(web), List.of(web)))
                    .as("it stood before")
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void shouldCheckBothFamilies() {
        wire();
        sh("ip addr add 2001:db8:2::2/64 dev v0 nodad; ip route add 2001:db8:3::/64 via 2001:db8:2::1");
        sh("ip route add 2001:db8:f::77/128 via 2001:db8:2::1");
        try (Rtnetlink kernel = Rtnetlink.open()) {
            GatewayChecks checks = new GatewayChecks(kernel, PortGuard.ofGateway());
            Specs near = service("web").vip("2001:db8:f::10").backend(1, "2001:db8:2::11", 1);
            Specs routed = service("web").vip("2001:db8:f::10").backend(1, "2001:db8:3::11", 1);
            Specs nowhere = service("web").vip("2001:db8:f::10").backend(1, "2001:db8:9::11", 1);
            Specs inTheWay = service("web").vip("2001:db8:f::77").backend(1, "2001:db8:2::11", 1);
            assertThatCode(() -> checks.check(List.of(), List.of(near.spec()))).doesNotThrowAnyException();
            assertThatThrownBy(() -> checks.check(List.of(), List.of(routed.spec())))
                    .hasMessageContaining("is behind the router 2001:db8:2:0:0:0:0:1");
            assertThatThrownBy(() -> checks.check(List.of(), List.of(nowhere.spec())))
                    .hasMessageContaining("no route to 2001:db8:9:0:0:0:0:11");
            assertThatThrownBy(() -> checks.check(List.of(), List.of(inTheWay.spec())))
                    .hasMessageContaining("remove it: ip route del 2001:db8:f:0:0:0:0:77");
        }
    }
}
