package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowState;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.TimeoutOverrides;
import dev.trigon.dataplane.service.WhenDown;
import dev.trigon.dataplane.wire.TestFrame;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Floods, a full table, and services that want nothing remembered: what is placed by hash, and what stays where it is. */
class NotRememberedTest {
    private static final int SYN = 0x02;
    private static final int FIN = 0x01;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;

    private static Specs web() {
        return service("web")
                .backend(1, "10.2.0.11", 1)
                .backend(2, "10.2.0.12", 1)
                .backend(3, "10.2.0.13", 1);
    }

    private static TestFrame segment(int client, int port, int flags) {
        return TestFrame.tcp().from(0x0A00_0000 + client, port).flags(flags);
    }

    private static long observed(Rig rig, Observed what) {
        rig.forwarder.observe();
        return rig.reading().of(what);
    }

    @Test
    void shouldConnectThroughAFloodOfSyns() throws Exception {
        try (Rig rig = new Rig().serve(web())) {
            Map<Integer, Integer> begun = new HashMap<>();
            int connected = 0;
            for (int client = 0; client < 20_000; client++) {
                boolean real = client % 20 == 0;
                int server = Rig.server(rig.send(segment(client, 1_000, SYN)));
                if (real) {
                    begun.put(client, server);
                }
                Integer answered = begun.remove(client - 2_000);
                if (answered != null) {
                    int then = Rig.server(rig.send(segment(client - 2_000, 1_000, ACK)));
                    connected += then == answered ? 1 : 0;
                }
                rig.nowMs += client % 20 == 0 ? 1 : 0;
            }

            assertThat(connected)
                    .as("of 900 in a flood of 20,000 SYNs a second")
                    .isEqualTo(900);
            assertThat(rig.flowTable.size()).isEqualTo(900);
            assertThat(observed(rig, Observed.HANDSHAKES_NOT_REMEMBERED)).isGreaterThan(10_000);
        }
    }

    @Test
    void shouldTakeNoPlaceForASynBeyondTheRate() throws Exception {
        try (Rig rig = new Rig().serve(web())) {
            for (int client = 0; client < 60_000; client++) {
                rig.send(segment(client, 1_000, SYN));
                rig.nowMs += client % 20 == 0 ? 1 : 0;
            }

            assertThat(observed(rig, Observed.HANDSHAKES_NOT_REMEMBERED)).isGreaterThan(40_000);
            assertThat(observed(rig, Observed.HANDSHAKES_DISPLACED)).isLessThan(200);
        }
    }

    @Test
    void shouldPlaceDatagramsByHashThatItMayNotRemember() throws Exception {
        try (Rig rig = Rig.remembering(0).serve(web().udp())) {
            Set<Integer> servers = new HashSet<>();
            for (int client = 0; client < 100; client++) {
                TestFrame datagram = TestFrame.udp().from(0x0A00_0000 + client, 1_000);
                int server = Rig.server(rig.send(datagram));
                for (int i = 0; i < 3; i++) {
                    assertThat(Rig.server(rig.send(datagram))).isEqualTo(server);
                }
                servers.add(server);
            }

            assertThat(servers).hasSize(3);
            assertThat(rig.flowTable.size()).isZero();
        }
    }

    @Test
    void shouldSendAnErrorWhereTheHandshakeIsThatItIsAbout() throws Exception {
        try (Rig rig = new Rig().serve(web())) {
            for (int port = 1_000; port < 1_010; port++) {
                int server = Rig.server(
                        rig.send(TestFrame.tcp().from("198.51.100.10", port).flags(SYN)));
                TestFrame reply = TestFrame.tcp().from("203.0.113.10", 80).to("198.51.100.10", port);
                assertThat(Rig.server(rig.send(TestFrame.icmpError(3, 4, 1_280, reply, 28))))
                        .isEqualTo(server);
            }
        }
    }

    @Test
    void shouldRememberNoMoreNewFlowsThanItMay() throws Exception {
        try (Rig rig = Rig.remembering(1_000).serve(web())) {
            int server = Rig.server(rig.send(segment(1, 1_000, SYN)));
            rig.send(segment(1, 1_000, ACK));
            rig.nowMs += 1_000;
            Set<Integer> servers = new HashSet<>();
            for (int client = 2; client < 5_000; client++) {
                int first = Rig.server(rig.send(segment(client, 1_000, ACK)));
                assertThat(Rig.server(rig.send(segment(client, 1_000, ACK)))).isEqualTo(first);
                servers.add(first);
            }

            assertThat(servers).hasSize(3);
            assertThat(rig.flowTable.size()).isLessThan(200);
            assertThat(observed(rig, Observed.FLOWS_NOT_REMEMBERED)).isGreaterThan(9_000);
            assertThat(Rig.server(rig.send(segment(1, 1_000, ACK))))
                    .as("what was there before")
                    .isEqualTo(server);
        }
    }

    @Test
    void shouldRememberAHandshakeThatIsDoneBeyondTheRateOfNewFlows() throws Exception {
        try (Rig rig = Rig.remembering(0).serve(web())) {
            for (int client = 0; client < 300; client++) {
                int server = Rig.server(rig.send(segment(client, 1_000, SYN)));
                for (int i = 0; i < 3; i++) {
                    assertThat(Rig.server(rig.send(segment(client, 1_000, ACK))))
                            .isEqualTo(server);
                }
            }
            assertThat(rig.flowTable.size()).as("their rate is the handshakes'").isEqualTo(300);
        }
    }

    @Test
    void shouldPlaceByHashWhenTheTableIsFullAndKeepWhatIsThere() throws Exception {
        try (Rig rig = new Rig().serve(web())) {
            for (int client = 0; client < 100_000; client++) {
                rig.send(segment(client, 1_000, ACK));
            }
            assertThat(rig.flowTable.size()).isEqualTo(100_000);
            Map<Integer, Integer> servers = new HashMap<>();
            for (int client = 100_000; client < 100_300; client++) {
                servers.put(client, Rig.server(rig.send(segment(client, 1_000, SYN))));
            }

            servers.forEach((client, server) -> assertThat(Rig.server(rig.send(segment(client, 1_000, ACK))))
                    .isEqualTo(server));
            assertThat(rig.flowTable.size()).isEqualTo(100_000);
            assertThat(observed(rig, Observed.FLOWS_NOT_REMEMBERED)).isEqualTo(300);
            assertThat(observed(rig, Observed.FLOW_TABLE_FULL)).isZero();
        }
    }

    @Test
    void shouldNotRememberAnRstOfNoFlow() throws Exception {
        try (Rig rig = new Rig().serve(web())) {
            assertThat(rig.send(segment(1, 1_000, RST)).verdict()).isEqualTo(Verdict.FORWARDED);
            assertThat(rig.flowTable.size()).isZero();
            rig.send(segment(1, 1_001, FIN | ACK));
            rig.flowTable.forEach(flow -> assertThat(flow.state()).isEqualTo(FlowState.CLOSING));
            assertThat(rig.flowTable.size()).isOne();
        }
    }

    @Test
    void shouldPlaceEachDatagramByItselfWhereAServiceWantsThat() throws Exception {
        FlowPolicy onePacket = new FlowPolicy(TimeoutOverrides.NONE, null, true, WhenDown.RESET);
        try (Rig rig = new Rig().serve(web().udp().flows(onePacket))) {
            Set<Integer> servers = new HashSet<>();
            for (int i = 0; i < 3; i++) {
                servers.add(Rig.server(rig.send(TestFrame.udp())));
            }

            assertThat(servers).containsExactlyInAnyOrder(11, 12, 13);
            assertThat(rig.flowTable.size()).isZero();
        }
    }

    @Test
    void shouldForgetAFlowByItsServicesTimeouts() throws Exception {
        TimeoutOverrides second = new TimeoutOverrides(null, Duration.ofHours(2), null, null, Duration.ofSeconds(1));
        FlowPolicy policy = new FlowPolicy(second, null, false, WhenDown.RESET);
        try (Rig rig = new Rig()
                .serve(web().udp().flows(policy), service("tcp").flows(policy).backend(9, "10.2.0.19", 1))) {
            int server = Rig.server(rig.send(TestFrame.udp()));
            rig.nowMs += 999;
            assertThat(Rig.server(rig.send(TestFrame.udp()))).isEqualTo(server);
            rig.nowMs += 1_000;
            assertThat(Rig.server(rig.send(TestFrame.udp()))).isNotEqualTo(server);
        }
    }
}
