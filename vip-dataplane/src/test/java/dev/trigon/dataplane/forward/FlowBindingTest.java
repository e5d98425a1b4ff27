package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.forward.Rig.Outcome;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which flow keeps which backend, and when it may not. */
class FlowBindingTest {
    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static Specs web(int... weights) {
        Specs web = service("web");
        for (int i = 0; i < weights.length; i++) {
            web.backend(i + 1, "10.2.0." + (11 + i), weights[i]);
        }
        return web;
    }

    private Outcome send(int clientPort, int flags) {
        return rig.send(
                TestFrame.tcp().from("198.51.100.10", clientPort).flags(flags).build());
    }

    private int serverOf(int clientPort, int flags) {
        return Rig.server(send(clientPort, flags));
    }

    /** A whole handshake: the backend it went to. */
    private int connect(int clientPort) {
        int server = serverOf(clientPort, SYN);
        assertThat(serverOf(clientPort, ACK)).isEqualTo(server);
        return server;
    }

    @Test
    void shouldKeepAFlowsBackend() {
        rig.serve(web(100, 100, 100));
        Map<Integer, Integer> chosen = new HashMap<>();
        for (int port = 1_000; port < 1_300; port++) {
            chosen.put(port, serverOf(port, SYN));
            assertThat(serverOf(port, ACK)).isEqualTo(chosen.get(port));
        }
        for (int round = 0; round < 3; round++) {
            chosen.forEach((port, server) -> assertThat(serverOf(port, ACK)).isEqualTo(server));
        }
        assertThat(new HashSet<>(chosen.values())).containsExactlyInAnyOrder(11, 12, 13);
        assertThat(rig.flowTable.size()).isEqualTo(300);
        assertThat(rig.flowTable.activeFlows(1)).isEqualTo(100);
    }

    @Test
    void shouldTellFlowsApartByEveryPartOfTheirTuple() {
        rig.serve(
                web(1, 1, 1, 1).ports(new PortRange(80, 81)),
                service("other").vip("203.0.113.11").backend(9, "10.2.0.19", 1),
                service("dns").udp().ports(new PortRange(80, 80)).backend(10, "10.2.0.20", 1));

        assertThat(connect(1_000)).isEqualTo(11);
        assertThat(connect(1_001)).isEqualTo(12);
        assertThat(Rig.server(rig.send(
                        TestFrame.tcp().flags(SYN).from("198.51.100.11", 1_000).build())))
                .isEqualTo(13);
        assertThat(Rig.server(rig.send(TestFrame.tcp()
                        .flags(SYN)
                        .from("198.51.100.10", 1_000)
                        .to("203.0.113.10", 81)
                        .build())))
                .isEqualTo(14);
        assertThat(Rig.server(rig.send(TestFrame.tcp()
                        .from("198.51.100.10", 1_000)
                        .to("203.0.113.11", 80)
                        .build())))
                .isEqualTo(19);
        assertThat(Rig.server(
                        rig.send(TestFrame.udp().from("198.51.100.10", 1_000).build())))
                .isEqualTo(20);
        assertThat(rig.flowTable.size())
                .as("the SYNs of two are not remembered")
                .isEqualTo(4);
    }

    @Test
    void shouldKeepFlowsOfABackendWhoseWeightBecomesZeroAndGiveItNoNewOnes() {
        rig.serve(web(100, 100));
        int server = serverOf(1_000, SYN);
        serverOf(1_000, ACK);
        int drained = server - 11;
        int[] weights = {100, 100};
        weights[drained] = 0;

        rig.serve(web(weights));

        assertThat(serverOf(1_000, ACK)).isEqualTo(server);
        for (int port = 2_000; port < 2_050; port++) {
            assertThat(serverOf(port, SYN)).isNotEqualTo(server);
        }
        rig.serve(web(0, 0));
        assertThat(serverOf(1_000, ACK)).isEqualTo(server);
        assertThat(send(3_000, SYN).reason()).isEqualTo(DropReason.NO_BACKEND);
    }

    @Test
    void shouldMoveTheFlowsOfARemovedBackendOnTheirNextPacketAndNoOthers() {
        rig.serve(web(100, 100, 100));
        Map<Integer, Integer> chosen = new HashMap<>();
        for (int port = 1_000; port < 1_090; port++) {
            serverOf(port, SYN);
            chosen.put(port, serverOf(port, ACK));
        }

        rig.serve(web(100, 100)); // 10.2.0.13 is gone

        Map<Integer, Integer> then = new HashMap<>();
        chosen.forEach((port, server) -> {
            int now = serverOf(port, ACK);
            assertThat(now).isIn(11, 12);
            if (server != 13) {
                assertThat(now).isEqualTo(server);
            }
            then.put(port, now);
        });
        then.forEach((port, server) -> assertThat(serverOf(port, ACK)).isEqualTo(server));
        assertThat(rig.flowTable.activeFlows(3)).isZero();
        assertThat(rig.flowTable.size()).isEqualTo(90);
    }

    @Test
    void shouldMoveUdpFlowsOfARemovedBackendToo() {
        rig.serve(service("dns").udp().backend(1, "10.2.0.11", 100));
        assertThat(Rig.server(rig.send(TestFrame.udp().build()))).isEqualTo(11);

        rig.serve(service("dns").udp().backend(2, "10.2.0.12", 100));

        assertThat(Rig.server(rig.send(TestFrame.udp().build()))).isEqualTo(12);
    }

    @Test
    void shouldChooseAnewForASynOnAClosingFlowAlone() {
        rig.serve(web(1, 1, 1));
        assertThat(serverOf(1_000, SYN)).isEqualTo(11);
        assertThat(serverOf(1_000, ACK)).isEqualTo(11);
        assertThat(serverOf(1_000, SYN)).as("a SYN on an established flow").isEqualTo(11);
        assertThat(serverOf(1_000, FIN | ACK)).isEqualTo(11);
        assertThat(serverOf(1_000, ACK)).as("the last ACK").isEqualTo(11);
        assertThat(serverOf(1_000, SYN)).as("a SYN on a closing flow").isEqualTo(12);
        assertThat(serverOf(1_000, SYN)).as("sent again").isEqualTo(12);
        assertThat(rig.flowTable.size()).as("a SYN is not remembered").isZero();
        assertThat(serverOf(1_000, ACK)).isEqualTo(12);
        assertThat(serverOf(1_000, RST)).isEqualTo(12);
        assertThat(serverOf(1_000, SYN)).as("a SYN on a closed flow").isEqualTo(13);
    }

    @Test
    void shouldForgetNothingOfAServiceThatIsRemovedAndComesBack() {
        rig.serve(web(1, 1));
        int server = serverOf(1_000, SYN);
        serverOf(1_000, ACK);

        rig.serve();
        assertThat(send(1_000, ACK).verdict()).isEqualTo(Verdict.PASSED);
        rig.serve(service("other").ports(new PortRange(81, 81)).backend(5, "10.2.0.15", 1));
        assertThat(send(1_000, ACK).reason()).isEqualTo(DropReason.NO_SERVICE);
        rig.serve(web(1, 1));

        assertThat(serverOf(1_000, ACK)).as("the same ids, the same backends").isEqualTo(server);
    }

    @Test
    void shouldPickUpAFlowInTheMiddleAndFindItAgain() {
        rig.serve(web(1, 1));

        int server = serverOf(1_000, ACK);

        assertThat(serverOf(1_000, ACK)).isEqualTo(server);
        assertThat(rig.flowTable.size()).isOne();
    }

    @Test
    void shouldKeepASynOutOfTheFlowTable() {
        rig.serve(web(1, 1));

        for (int port = 1_000; port < 1_500; port++) {
            serverOf(port, SYN);
        }

        assertThat(rig.flowTable.size()).isZero();
    }

    @Test
    void shouldChooseAnewWhenAFlowWasIdleForTooLong() {
        rig.serve(web(1, 1));
        assertThat(connect(1_000)).isEqualTo(11);
        rig.nowMs += FlowTimeouts.DEFAULT.idleMs(FlowState.ESTABLISHED) - 1;
        assertThat(serverOf(1_000, ACK)).isEqualTo(11);
        rig.nowMs += FlowTimeouts.DEFAULT.idleMs(FlowState.ESTABLISHED);

        assertThat(serverOf(1_000, SYN)).isEqualTo(12);
    }

    @Test
    void shouldGiveAFlowTheSameBackendOnTwoGatewaysThatHash() throws Exception {
        Specs one = service("web").maglev();
        Specs other = service("web").maglev();
        for (int i = 0; i < 10; i++) {
            one.backend(i + 1, "10.2.0." + (11 + i), 100);
            other.backend(i + 51, "10.2.0." + (20 - i), 100); // ids and order are each gateway's own
        }
        rig.serve(one);
        Set<Integer> servers = new HashSet<>();
        try (Rig second = new Rig().serve(other)) {
            for (int port = 1_000; port < 1_500; port++) {
                byte[] frame = TestFrame.tcp().from("198.51.100.10", port).build();
                int server = Rig.server(rig.send(frame));
                assertThat(Rig.server(second.send(frame))).isEqualTo(server);
                servers.add(server);
            }
        }
        assertThat(servers).hasSize(10);
    }
}
