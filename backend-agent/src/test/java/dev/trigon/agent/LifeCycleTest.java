package dev.trigon.agent;

import static dev.trigon.agent.Examples.OTHER_VIP;
import static dev.trigon.agent.Examples.VIP;
import static dev.trigon.agent.Examples.VIP6;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program from its start to its end, however that comes, on the real kernel. */
@ExtendWith(NetworkNamespace.class)
class LifeCycleTest {
    private static final String L3DSR = "run --vip 203.0.113.10 --vip 203.0.113.11 --vip 2001:db8:f::10"
            + " --forward l3dsr --dscp 5 --dscp 46 --dscp 5";

    private final Server server = new Server();

    @TempDir
    private Path state;

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void shouldPutBackExactlyWhatWasThereWhenToldToStop(String signal) {
        server.up(state);
        Server.set("eth0/arp_announce", "1");
        Server.set("eth0/rp_filter", "1");
        sh("ip addr add 203.0.113.11/32 dev lo"); // was there before us: stays
        List<String> before = Server.snapshot();
        AgentProcess agent = server.start(L3DSR).awaitReady();
        for (String where : List.of("all", "eth0")) {
            assertThat(Server.get(where, "arp_ignore")).isEqualTo("1");
            assertThat(Server.get(where, "arp_announce")).isEqualTo("2");
        }
        assertThat(Server.get("eth0", "rp_filter")).isEqualTo("2");
        assertThat(Server.hasVip(VIP)).isTrue();
        assertThat(Server.hasVip(VIP6)).isTrue();
        assertThat(Nft.onPath().list(IpFamily.IPV4)).contains("ip daddr set 203.0.113.10", "ip daddr set 203.0.113.11");
        assertThat(Nft.onPath().list(IpFamily.IPV6)).contains("ip6 daddr set 2001:db8:f::10");
        assertThat(state.resolve("vip-agent.properties")).exists();

        assertThat(agent.end(signal)).as("%s", agent.lines()).isZero();

        assertThat(Server.snapshot()).isEqualTo(before);
        assertThat(Server.hasVip(OTHER_VIP)).isTrue();
        assertThat(state.resolve("vip-agent.properties")).doesNotExist();
    }

    @Test
    void shouldLeaveStricterValuesAsTheyAre() {
        server.up(state);
        Server.set("all/arp_ignore", "2");
        Server.set("eth0/arp_ignore", "8");
        Server.set("eth0/rp_filter", "2");
        AgentProcess agent = server.start("run --vip 203.0.113.10").awaitReady();
        assertThat(Server.get("all", "arp_ignore")).isEqualTo("2");
        assertThat(Server.get("eth0", "arp_ignore")).isEqualTo("8");
        assertThat(Server.get("eth0", "rp_filter")).isEqualTo("2");
        assertThat(agent.lines()).noneMatch(line -> line.contains("arp_ignore"));
    }

    @Test
    void shouldAdoptWhatKilledAgentLeftAndStillKnowWhatWasBefore() {
        server.up(state);
        List<String> before = Server.snapshot();
        server.start(L3DSR).awaitReady().end("KILL");

        assertThat(Server.hasVip(VIP)).as("still there: it served on").isTrue();
        // the next one has one VIP less, and no need of rules
        AgentProcess agent = server.start("run --vip 203.0.113.10").awaitReady();
        assertThat(agent.lines()).anyMatch(line -> line.contains("adopting what an earlier agent left"));
        assertThat(Server.hasVip(VIP)).isTrue();
        assertThat(Server.hasVip(OTHER_VIP)).isFalse();
        assertThat(Server.hasVip(VIP6)).isFalse();
        for (IpFamily family : IpFamily.values()) {
            assertThat(Nft.onPath().list(family)).isEqualTo(Item.ABSENT);
        }

        assertThat(agent.end("TERM")).isZero();
        assertThat(Server.snapshot()).isEqualTo(before);
    }

    @Test
    void shouldChangeNothingWhenAdoptingWhatIsRight() {
        server.up(state);
        server.start(L3DSR).awaitReady().end("KILL");

        AgentProcess agent = server.start(L3DSR).awaitReady();
        assertThat(agent.lines()).noneMatch(line -> line.contains(": was "));
    }

    @Test
    void shouldPutBackWithDownAfterKill() {
        server.up(state);
        List<String> before = Server.snapshot();
        server.start(L3DSR).awaitReady().end("KILL");

        assertThat(server.start("down").awaitExit()).isZero();
        assertThat(Server.snapshot()).isEqualTo(before);
        AgentProcess again = server.start("down");
        assertThat(again.awaitExit()).isZero();
        assertThat(again.lines()).singleElement().asString().contains("nothing to put back");
    }

    @Test
    void shouldStopRunningAgentWithDown() {
        server.up(state);
        List<String> before = Server.snapshot();
        AgentProcess agent = server.start(L3DSR).awaitReady();
        assertThat(server.start("down").awaitExit()).isZero();
        assertThat(agent.awaitExit()).isZero();

        assertThat(Server.snapshot()).isEqualTo(before);
    }

    @Test
    void shouldRefuseSecondAgentWithSameState() {
        server.up(state);
        AgentProcess first = server.start("run --vip 203.0.113.10").awaitReady();
        List<String> before = Server.snapshot();
        Server.Completed second = server.completed("run --vip 203.0.113.11");
        assertThat(second.status()).isEqualTo(1);
        assertThat(second.lines())
                .containsExactly("vip-agent: run: an agent already runs with this state, pid " + first.pid()
                        + "; stop it, or name another directory with --state");
        assertThat(Server.snapshot()).isEqualTo(before);
    }

    @Test
    void shouldUndoAllWhenOneStepFails() throws IOException {
        // an nft that lists, and fails to install
        Path broken = Files.createDirectory(state.resolve("bin"));
        Path nft = Files.writeString(
                broken.resolve("nft"),
                "#!/bin/sh\n[ \"$1\" = -f ] || exec /usr/sbin/nft \"$@\"\necho no memory; exit 1\n");
        assertThat(nft.toFile().setExecutable(true)).isTrue();
        server.up(state);
        List<String> before = Server.snapshot();
        AgentProcess agent = server.start(List.of(), broken + ":", L3DSR);
        assertThat(agent.awaitExit()).isEqualTo(1);
        assertThat(agent.lines())
                .anyMatch(line -> line.contains("203.0.113.11/32 on lo: was absent, now present"))
                .last()
                .asString()
                .startsWith("vip-agent: nft -f - (table ip trigon_agent): no memory; ");
        assertThat(Server.snapshot()).isEqualTo(before);
        assertThat(state.resolve("vip-agent.properties")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run --vip 203.0.113.10 --interface eth7",
                "run --vip 203.0.113.10 --interface lo",
                "run --vip 10.2.0.11",
                "run --vip 2001:db8:2::11",
                "run --vip 203.0.113.10 --interface ../eth0"
            })
    void shouldChangeNothingWhenRefused(String arguments) {
        server.up(state);
        List<String> before = Server.snapshot();
        Server.Completed refused = server.completed(arguments);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.lines())
                .singleElement()
                .asString()
                .startsWith("vip-agent: --")
                .contains("; ");
        assertThat(Server.snapshot()).isEqualTo(before);
        assertThat(state.resolve("vip-agent.properties")).doesNotExist();
    }

    @Test
    void shouldAskForInterfaceWhenThereIsNoDefaultRoute() {
        server.up(state);
        sh("ip -4 route del default");
        Server.Completed refused = server.completed("run --vip 203.0.113.10");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.lines())
                .containsExactly("vip-agent: run: no IPv4 default route says where packets for the VIP arrive; "
                        + "name the interface with --interface");
    }

    @Test
    void shouldSayWhereIpv6IsSwitchedOff() {
        server.up(state);
        sh("echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6");
        List<String> before = Server.snapshot();
        Server.Completed refused = server.completed("run --vip 203.0.113.10 --vip 2001:db8:f::10");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.lines())
                .containsExactly("vip-agent: --vip 2001:db8:f::10: IPv6 is switched off on lo; "
                        + "sysctl -w net.ipv6.conf.lo.disable_ipv6=0");
        assertThat(Server.snapshot()).isEqualTo(before);
    }

    @Test
    void shouldRefuseWhenNotRoot() {
        server.up(state);
        // a user namespace without a map: its user is nobody
        AgentProcess agent = server.start(List.of("unshare", "--user"), "", "run --vip 203.0.113.10");
        assertThat(agent.awaitExit()).isEqualTo(1);
        assertThat(agent.lines())
                .containsExactly("vip-agent: run: only root may change and read what it is about; use sudo");
    }
}
