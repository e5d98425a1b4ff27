package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.service.Affinity;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.TestFrame;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same server for every packet of a connection, also where the connection could not be remembered from its first on. */
class SameServerTest {
    private static final int SYN = 0x02;
    private static final int ACK = 0x10;
    private static final int CLIENTS = 200;

    private static Specs web() {
        return service("web")
                .backend(1, "10.2.0.11", 1)
                .backend(2, "10.2.0.12", 1)
                .backend(3, "10.2.0.13", 1);
    }

    private static int send(Rig rig, int client, int flags) {
        return Rig.server(
                rig.send(TestFrame.tcp().from(0x0A00_0000 + client, 1_000).flags(flags)));
    }

    private static int datagram(Rig rig, int client) {
        return Rig.server(rig.send(TestFrame.udp().from(0x0A00_0000 + client, 1_000)));
    }

    private static void fill(Rig rig) {
        FlowRecord flow = new FlowRecord();
        FlowKey key = new FlowKey();
        for (int i = 0; rig.flowTable.size() < rig.flowTable.maxFlows(); i++) {
            key.set(0, 0xFFFF_0000_0000L + i, 0, 0xFFFF_CB00_710AL, FlowKey.UDP, 1, 9);
            rig.flowTable.put(key, flow.set(1, FlowState.ESTABLISHED, rig.nowMs, 9, 9));
        }
    }

    @Test
    void shouldKeepAConnectionBegunWithAFullTableLongAfterItsHandshake() throws Exception {
        try (Rig rig = new Rig().serve(web())) {
            fill(rig);
            Map<Integer, Integer> servers = new HashMap<>();
            for (int client = 0; client < CLIENTS; client++) {
                servers.put(client, send(rig, client, SYN));
                assertThat(send(rig, client, ACK)).isEqualTo(servers.get(client));
            }
            rig.nowMs += FlowTimeouts.DEFAULT.synMs() + 1;

            servers.forEach(
                    (client, server) -> assertThat(send(rig, client, ACK)).isEqualTo(server));
        }
    }

    @Test
    void shouldKeepAConnectionThatBeganBeforeTheTableWasFullAndEndedItsHandshakeAfter() throws Exception {
        try (Rig rig = new Rig().serve(web())) {
            Map<Integer, Integer> servers = new HashMap<>();
            for (int client = 0; client < CLIENTS; client++) {
                servers.put(client, send(rig, client, SYN));
            }
            fill(rig);
            for (int seconds = 0; seconds < 100; seconds += 10) {
                servers.forEach(
                        (client, server) -> assertThat(send(rig, client, ACK)).isEqualTo(server));
                rig.nowMs += 10_000;
            }
        }
    }

    @Test
    void shouldKeepADatagramsServerWhenTheNextOneIsRemembered() throws Exception {
        try (Rig rig = Rig.remembering(100).serve(web().udp())) {
            Map<Integer, Integer> servers = new HashMap<>();
            for (int client = 0; client < CLIENTS; client++) {
                servers.put(client, datagram(rig, client));
            }
            for (int round = 0; round < 30; round++) {
                rig.nowMs += 500;
                servers.forEach(
                        (client, server) -> assertThat(datagram(rig, client)).isEqualTo(server));
            }
            assertThat(rig.flowTable.size()).isEqualTo(CLIENTS);
        }
    }

    @Test
    void shouldKeepTheServerOfASynThatWasNotNotedWhenItIsSentAgain() throws Exception {
        try (Rig rig = new Rig().serve(web())) {
            Map<Integer, Integer> servers = new HashMap<>();
            for (int client = 0; client < 10 * CLIENTS; client++) {
                servers.put(client, send(rig, client, SYN));
            }
            rig.nowMs += 1_000;
            servers.forEach((client, server) -> {
                assertThat(send(rig, client, SYN)).isEqualTo(server);
                rig.nowMs += client % 2;
            });
            servers.forEach(
                    (client, server) -> assertThat(send(rig, client, ACK)).isEqualTo(server));
        }
    }

    @Test
    void shouldKeepClientsTogetherWhenTheirTableIsFullWhateverTheScheduler() throws Exception {
        Affinity affinity = new Affinity(Duration.ofMinutes(10), 32, 128, null);
        try (Rig rig = new Rig().serve(web().affinity(affinity))) {
            FlowKey key = new FlowKey();
            FlowRecord client = new FlowRecord();
            for (int i = 0; rig.clientTable.size() < rig.clientTable.maxFlows(); i++) {
                key.set(0, 0xFFFF_0000_0000L + i, 0, 1, 0, 0, 1);
                rig.clientTable.put(key, client.set(99, FlowState.UDP, rig.nowMs));
            }
            connect(rig, 1);
            rig.nowMs += 1_000;

            int server = connect(rig, 2_000);
            for (int port = 2_001; port < 2_020; port++) {
                rig.nowMs += 3_000;
                assertThat(connect(rig, port)).isEqualTo(server);
            }
        }
    }

    private static int connect(Rig rig, int port) {
        TestFrame frame = TestFrame.tcp().from("198.51.100.10", port);
        int server = Rig.server(rig.send(frame.flags(SYN)));
        assertThat(Rig.server(rig.send(frame.flags(ACK)))).isEqualTo(server);
        return server;
    }

    @Test
    void shouldAnswerForAGoneBackendAsLongAsSegmentsCome() throws Exception {
        try (Rig rig = new Rig().serve(service("web").backend(1, "10.2.0.11", 1))) {
            send(rig, 1, ACK);
            rig.serve(service("web")
                    .backend(1, "10.2.0.11", 1, BackendState.DISABLED)
                    .backend(2, "10.2.0.12", 1));

            for (int i = 0; i < 5; i++) {
                TestFrame segment = TestFrame.tcp().from(0x0A00_0001, 1_000).flags(ACK);
                assertThat(rig.send(segment).verdict()).isEqualTo(Verdict.ANSWERED);
                rig.nowMs += 9_000;
            }
        }
    }

    @Test
    void shouldNotLetSynsKeepAFlowAlive() throws Exception {
        try (Rig rig = new Rig().serve(web())) {
            send(rig, 1, SYN);
            send(rig, 1, ACK);
            for (int minutes = 0; minutes < 16; minutes++) {
                send(rig, 1, SYN);
                rig.nowMs += 60_000;
            }
            rig.flows.writeAll();

            rig.flowTable.forEach(
                    flow -> assertThat(rig.nowMs - flow.lastSeenMs()).isEqualTo(16 * 60_000));
        }
    }

    @Test
    void shouldNotLetASynMoveAFlowOfABackendThatDrains() throws Exception {
        try (Rig rig = new Rig().serve(service("web").backend(1, "10.2.0.11", 1))) {
            send(rig, 1, SYN);
            send(rig, 1, ACK);
            rig.serve(service("web")
                    .backend(1, "10.2.0.11", 1, BackendState.DRAINING)
                    .backend(2, "10.2.0.12", 1));
            byte[] forged = TestFrame.tcp().from(0x0A00_0001, 1_000).flags(SYN).build();
            forged[TestFrame.ETHERNET + 20 + 4] ^= 0x40;

            assertThat(Rig.server(rig.send(forged))).isEqualTo(11);

            assertThat(send(rig, 1, ACK)).isEqualTo(11);
            assertThat(send(rig, 2, SYN)).isEqualTo(12);
        }
    }

    @Test
    void shouldNotLetSynsHoldADrainingBackendsHandshake() throws Exception {
        try (Rig rig = new Rig().serve(service("web").backend(1, "10.2.0.11", 1))) {
            send(rig, 1, SYN);
            rig.serve(service("web")
                    .backend(1, "10.2.0.11", 1, BackendState.DRAINING)
                    .backend(2, "10.2.0.12", 1));
            for (int seconds = 0; seconds < 30; seconds += 10) {
                assertThat(send(rig, 1, SYN)).isEqualTo(11);
                rig.nowMs += 10_000;
            }

            assertThat(send(rig, 1, SYN)).isEqualTo(12);
        }
    }

    @Test
    void shouldBringAnErrorAboutAFlowThatIsNotRememberedToItsServer() throws Exception {
        try (Rig rig = Rig.remembering(0).serve(web())) {
            for (int client = 0; client < 50; client++) {
                int server = send(rig, client, ACK);
                TestFrame reply = TestFrame.tcp().from("203.0.113.10", 80).to(0x0A00_0000 + client, 1_000);
                assertThat(Rig.server(rig.send(TestFrame.icmpError(3, 4, 1_280, reply, 28))))
                        .isEqualTo(server);
            }
        }
    }
}
