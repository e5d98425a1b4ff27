package dev.trigon.dataplane.health.path;

import static dev.trigon.linux.NetworkNamespace.output;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.service.Refusal;
import dev.trigon.linux.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ordinary sockets, the real kernel, and servers that say who they are. */
@ExtendWith(NetworkNamespace.class)
class VipPathTest {
    @ParameterizedTest
    @EnumSource(Way.class)
    void shouldReachTheBackendThatIsMeant(Way way) throws Exception {
        try (PathScene scene = new PathScene(way, 0)) {
            for (int round = 0; round < 3; round++) {
                assertThat(scene.tcp(1)).isEqualTo("b1");
                assertThat(scene.tcp(2)).isEqualTo("b2");
                assertThat(scene.udp(1)).isEqualTo("b1");
                assertThat(scene.udp(2)).isEqualTo("b2");
                assertThat(scene.echo(1)).isTrue();
                assertThat(scene.echo(2)).isTrue();
            }
            assertThat(scene.path.count(Passage.DELIVERED)).isGreaterThan(3 * 2 * 3);
            assertThat(scene.path.count(Passage.REFUSED)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void shouldFindAServerThatLacksTheVip(Way way) throws Exception {
        try (PathScene scene = new PathScene(way, 2)) {
            assertThat(scene.tcp(2)).isEqualTo(PathScene.SILENCE);
            assertThat(scene.echo(2)).isFalse();
            assertThat(scene.tcp(1)).isEqualTo("b1");
            assertThat(scene.echo(1)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"L2DSR", "L2DSR_IPV6"})
    void shouldDeliverNothingOfOtherPrograms(Way way) throws Exception {
        try (PathScene scene = new PathScene(way, 0);
                Socket other = new Socket()) {
            assertThatThrownBy(() -> other.connect(new InetSocketAddress(way.vip(), Server.PORT), 500))
                    .isInstanceOf(SocketTimeoutException.class);
            assertThat(scene.path.count(Passage.UNREGISTERED)).isPositive();
            assertThat(scene.path.count(Passage.DELIVERED)).isZero();
        }
    }

    /** It counts against the backend: clients do not get there either. */
    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"L2DSR", "L3DSR_IPV6"})
    void shouldGetNoAnswerWhereTheGatewayHasNoWay(Way way) throws Exception {
        try (PathScene scene = new PathScene(way, 0)) {
            sh("ip link set v1 down");
            assertThat(scene.tcp(1)).isEqualTo(PathScene.SILENCE);
            assertThat(scene.udp(1)).isEqualTo(PathScene.SILENCE);
            assertThat(scene.echo(1)).isFalse();
            assertThat(scene.tcp(2)).isEqualTo("b2");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2"})
    void shouldGetRepliesWhenTheKernelDoesNotFilterStrictly(String rpFilter) throws Exception {
        try (PathScene scene = new PathScene(Way.L2DSR, 0)) {
            sh("sysctl -qw net.ipv4.conf.v1.rp_filter=" + rpFilter);
            assertThat(scene.tcp(1)).isEqualTo("b1");
            assertThat(scene.udp(1)).isEqualTo("b1");
            assertThat(scene.echo(1)).isTrue();
        }
    }

    @Test
    void shouldSayWhatToDoWhereTheKernelFiltersStrictly() throws Exception {
        try (PathScene scene = new PathScene(Way.L2DSR, 0)) {
            sh("sysctl -qw net.ipv4.conf.v1.rp_filter=1");
            assertThatThrownBy(() -> scene.tcp(1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("rp_filter is 1 on v1")
                    .hasMessageEndingWith("sysctl -w net.ipv4.conf.v1.rp_filter=2");
            assertThat(scene.tcp(2)).as("by another interface").isEqualTo("b2");
        }
    }

    /** It is true what is said there. */
    @Test
    void shouldGetNoReplyWhereTheKernelFiltersStrictly() throws Exception {
        try (PathScene scene = new PathScene(Way.L2DSR, 0)) {
            assertThat(scene.tcp(1, () -> sh("sysctl -qw net.ipv4.conf.v1.rp_filter=1")))
                    .isEqualTo(PathScene.SILENCE);
            assertThat(scene.tcp(2)).isEqualTo("b2");
        }
    }

    @Test
    void shouldRefuseAVipThatNothingIsLedTo() throws Exception {
        try (PathScene scene = new PathScene(Way.L2DSR, 0)) {
            scene.path.use(Set.of());
            assertThat(output("ip rule show")).doesNotContain("lookup 8484");
            assertThatThrownBy(() -> scene.tcp(1)).hasMessageContaining("203.0.113.10 is no VIP with checks");
            scene.path.use(Set.of(Way.L2DSR.vip()));
            assertThat(scene.tcp(1)).isEqualTo("b1");
        }
    }

    @Test
    void shouldPutBackWhatSomebodyTakesAway() throws Exception {
        try (PathScene scene = new PathScene(Way.L2DSR, 0)) {
            sh("ip rule delete priority 84; ip link set trigon-hc down");
            PathScene.until(
                    "rule, device and route are back",
                    () -> output("ip rule show").contains("84:\tfrom all iif lo lookup 8484 proto 84")
                            && output("ip route show table 8484").contains("203.0.113.10 dev trigon-hc proto 84"));
            assertThat(scene.tcp(1)).isEqualTo("b1");

            sh("ip link delete trigon-hc");
            PathScene.until("a new device", () -> output("ip -o link show").contains("trigon-hc"));
            PathScene.until(
                    "a new route", () -> output("ip route show table 8484").contains("trigon-hc"));
            assertThat(scene.tcp(1)).isEqualTo("b1");
            assertThat(output("ip rule show")).containsOnlyOnce("8484");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"L2DSR", "L2DSR_IPV6"})
    void shouldLeaveNothingBehind(Way way) throws Exception {
        String before = PathDriver.state();
        PathScene scene = new PathScene(way, 0);
        assertThat(PathDriver.state()).isNotEqualTo(before);
        scene.close();
        assertThat(PathDriver.state()).isEqualTo(before);
    }

    @Test
    void shouldRemoveWhatAKilledVipdLeft() throws Exception {
        String before = PathDriver.state();
        PathDriver.killAfterStart();
        assertThat(PathDriver.state())
                .contains("84:\tfrom all iif lo lookup 8484 proto 84")
                .doesNotContain("trigon-hc");

        // the one of somebody else stays
        sh("ip rule add iif lo lookup 8484 priority 83 protocol 85");
        try (VipPath path = VipPath.open(id -> null, 1_500, PathScene.OWNER)) {
            sh("ip rule delete priority 83");
            assertThat(output("ip rule show") + output("ip -6 rule show")).doesNotContain("8484");
            path.use(Set.of(Way.L3DSR_IPV6.vip()));
            assertThat(output("ip rule show")).doesNotContain("8484");
            assertThat(output("ip -6 rule show")).containsOnlyOnce("8484");
        }
        assertThat(PathDriver.state()).isEqualTo(before);
    }

    @Test
    void shouldRemoveWhatAKilledVipdLeftThoughThereAreNoChecksAnyMore() throws Exception {
        String before = PathDriver.state();
        PathDriver.killAfterStart();
        assertThat(PathDriver.state()).isNotEqualTo(before);
        VipPath.removeLeftovers(PathScene.OWNER);
        assertThat(PathDriver.state()).isEqualTo(before);
    }

    @Test
    void shouldSayWhatToDoWhereTheDeviceCannotBe() {
        sh("ip tuntap add trigon-hc mode tun");
        assertThatThrownBy(() -> VipPath.open(id -> null, 1_500, PathScene.OWNER))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("checks by way of the VIP: ioctl(TUNSETIFF, trigon-hc)")
                .hasMessageContaining("another program has an interface of the name trigon-hc");
    }
}
