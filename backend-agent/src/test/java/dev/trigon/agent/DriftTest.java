package dev.trigon.agent;

import static dev.trigon.agent.Examples.VIP;
import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.NetworkNamespace;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else's hand in what the agent has set. */
@ExtendWith(NetworkNamespace.class)
class DriftTest {
    private static final String L3DSR = "run --vip 203.0.113.10 --forward l3dsr --dscp 5 --interface eth0";

    private final Server server = new Server();

    @TempDir
    private Path state;

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void shouldRepairWhatDriftedAndPutBackWhatWasThereFirst() {
        server.up(state);
        List<String> before = Server.snapshot();
        AgentProcess agent = server.start(L3DSR).awaitReady();
        List<String> wanted = Server.snapshot();
        Server.set("eth0/arp_ignore", "0");
        Server.set("all/rp_filter", "1");
        sh("ip addr del 203.0.113.10/32 dev lo; nft flush chain ip trigon_agent prerouting");
        agent.awaitLine("eth0.arp_ignore: was 0, now 1")
                .awaitLine("eth0.rp_filter: was 0, now 2")
                .awaitLine("203.0.113.10/32 on lo: was absent, now present")
                .awaitLine("nft table ip trigon_agent: was installed, now installed");
        Server.set("all/rp_filter", "0");
        Server.set("eth0/rp_filter", "0");
        assertThat(Server.snapshot()).isEqualTo(wanted);

        assertThat(agent.end("TERM")).isZero();

        assertThat(Server.snapshot()).isEqualTo(before);
    }

    @Test
    void shouldRepairIpv6AsWell() {
        server.up(state);
        List<String> before = Server.snapshot();
        AgentProcess agent = server.start("run --vip 2001:db8:f::10 --forward l3dsr --dscp 5")
                .awaitReady();
        List<String> wanted = Server.snapshot();
        // the kernel takes the address with it, and does not bring it back
        sh("ip link set lo down; ip link set lo up; nft delete table ip6 trigon_agent");
        agent.until(() -> Server.snapshot().equals(wanted), "the VIP and the rules again");
        Server.Completed good = server.completed("status");
        assertThat(good.status()).isZero();
        assertThat(good.lines())
                .anyMatch(line -> line.matches("2001:db8:f::10/128 on lo +present +present +ok"))
                .anyMatch(line -> line.matches("nft table ip6 trigon_agent +installed +installed +ok"))
                .noneMatch(line -> line.contains("arp"));

        assertThat(agent.end("TERM")).isZero();

        assertThat(Server.snapshot()).isEqualTo(before);
    }

    @Test
    void shouldFollowOwnAddressAndInterfaceThatComesBack() {
        server.up(state);
        AgentProcess agent = server.start(L3DSR).awaitReady();
        sh("ip addr add 10.2.0.12/24 dev eth0");
        agent.until(
                () -> Nft.onPath().list(IpFamily.IPV4).contains("{ 10.2.0.11, 10.2.0.12 }"),
                "a rule for both addresses");

        sh("ip link del eth0");
        agent.awaitLine("eth0 is gone; waiting for it to come back");
        sh("ip link add eth0 type veth peer name lan netns " + server.router().id());
        sh("ip link set eth0 up; ip addr add 10.2.0.13/24 dev eth0");
        agent.awaitLine("no longer: eth0 is gone");
        agent.until(
                () -> Nft.onPath().list(IpFamily.IPV4).contains("ip daddr 10.2.0.13 "), "a rule for the new address");
        assertThat(Server.get("eth0", "arp_ignore")).isEqualTo("1");
        assertThat(Server.get("eth0", "arp_announce")).isEqualTo("2");

        assertThat(agent.end("TERM")).isZero();
        assertThat(Server.get("eth0", "arp_ignore")).isEqualTo("0");
    }

    @Test
    void shouldShowStateAndWhatDrifted() {
        server.up(state);
        Server.Completed nothing = server.completed("status");
        assertThat(nothing.status()).isEqualTo(1);
        assertThat(nothing.lines()).singleElement().asString().startsWith("nothing is configured");

        AgentProcess agent = server.start(L3DSR).awaitReady();
        Server.Completed good = server.completed("status");
        assertThat(good.status()).isZero();
        assertThat(good.lines())
                .startsWith("l3dsr on eth0, agent running, pid " + agent.pid())
                .anyMatch(line -> line.matches("203.0.113.10/32 on lo +present +present +ok"))
                .anyMatch(line -> line.matches("nft table ip trigon_agent +installed +installed +ok"))
                .noneMatch(line -> line.endsWith("drifted"));
        agent.end("KILL");

        sh("ip addr del 203.0.113.10/32 dev lo; nft flush chain ip trigon_agent prerouting");
        Server.Completed drifted = server.completed("status");
        assertThat(drifted.status()).isEqualTo(1);
        assertThat(drifted.lines())
                .anyMatch(line -> line.startsWith("l3dsr on eth0, no agent running"))
                .anyMatch(line -> line.matches("203.0.113.10/32 on lo +present +absent +drifted"))
                .anyMatch(line -> line.matches("nft table ip trigon_agent +installed +other rules +drifted"))
                .anyMatch(line -> line.matches("net.ipv4.conf.eth0.arp_ignore +1 +1 +ok"));
        assertThat(Server.hasVip(VIP)).as("status changes nothing").isFalse();
    }
}
