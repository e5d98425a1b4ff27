package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.TimeoutOverrides;
import dev.trigon.dataplane.service.WhenDown;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Schedulers in the way of a packet: what of a flow they see, and what they know of those that are there. */
class SchedulerPlacementTest {
    private static final int FIN = 0x11;
    private static final int SYN = 0x02;
    private static final int ACK = 0x10;

    private Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static Specs web(SchedulerKind kind, int... weights) {
        Specs web = service("web").scheduler(kind);
        for (int i = 0; i < weights.length; i++) {
            web.backend(i + 1, "10.2.0." + (11 + i), weights[i]);
        }
        return web;
    }

    private int server(String client, int port, int flags) {
        return Rig.server(
                rig.send(TestFrame.tcp().from(client, port).flags(flags).build()));
    }

    /** Which server so many connections go to, each with a packet of each of these flags. */
    private Map<Integer, Integer> shares(int firstPort, int connections, int... flags) {
        Map<Integer, Integer> shares = new TreeMap<>();
        for (int port = firstPort; port < firstPort + connections; port++) {
            int server = 0;
            for (int each : flags) {
                server = server("198.51.100.10", port, each);
            }
            shares.merge(server, 1, Integer::sum);
        }
        return shares;
    }

    /** No flow is in the table before its client answers: by the table alone all of these would go to one server. */
    @Test
    void shouldSpreadConnectionsThatAreAllBegunBeforeAnyIsComplete() {
        rig.serve(web(SchedulerKind.LC, 1, 1, 1));

        assertThat(shares(1_000, 90, SYN)).isEqualTo(Map.of(11, 30, 12, 30, 13, 30));
        assertThat(rig.flowTable.size()).isZero();
    }

    @Test
    void shouldGiveAServerThatIsBehindWhatTheOthersHave() {
        rig.serve(web(SchedulerKind.LC, 1, 1));
        assertThat(shares(1_000, 40, SYN, ACK)).isEqualTo(Map.of(11, 20, 12, 20));

        rig.serve(web(SchedulerKind.LC, 1, 1, 1));

        assertThat(shares(2_000, 20, SYN, ACK)).isEqualTo(Map.of(13, 20));
        assertThat(shares(3_000, 30, SYN, ACK)).isEqualTo(Map.of(11, 10, 12, 10, 13, 10));
        assertThat(rig.flowTable.activeFlows(3)).isEqualTo(30);
    }

    @Test
    void shouldShareConnectionsOutByWeight() {
        rig.serve(web(SchedulerKind.WLC, 1, 3));
        assertThat(shares(1_000, 40, SYN, ACK, FIN)).isEqualTo(Map.of(11, 10, 12, 30));
    }

    @Test
    void shouldSpreadDatagramsThatAreEachPlacedByThemselves() {
        FlowPolicy onePacket = new FlowPolicy(TimeoutOverrides.NONE, null, true, WhenDown.RESET);
        rig.serve(web(SchedulerKind.WLC, 1, 1, 2).udp().flows(onePacket));
        Map<Integer, Integer> shares = new TreeMap<>();
        for (int i = 0; i < 400; i++) {
            shares.merge(Rig.server(rig.send(TestFrame.udp().to("203.0.113.10", 80))), 1, Integer::sum);
        }
        assertThat(shares.get(11)).isBetween(95, 105);
        assertThat(shares.get(12)).isBetween(95, 105);
    }

    @Test
    void shouldKeepAClientWithItsServerWhateverItsPorts() {
        rig.serve(web(SchedulerKind.SH, 1, 1, 1).ports(new PortRange(80, 90)));
        Set<Integer> servers = new HashSet<>();
        for (int client = 1; client < 100; client++) {
            String address = "198.51.100." + client;
            int server = server(address, 1_000, SYN);
            servers.add(server);
            assertThat(server(address, 2_000, SYN)).isEqualTo(server);
            assertThat(server(address, 3_000, ACK))
                    .as("picked up in the middle")
                    .isEqualTo(server);
            TestFrame toAnotherPort = TestFrame.tcp().from(address, 4_000).to("203.0.113.10", 90);
            assertThat(Rig.server(rig.send(toAnotherPort.flags(SYN)))).isEqualTo(server);
        }
        assertThat(servers).containsExactlyInAnyOrder(11, 12, 13);
    }

    @Test
    void shouldKeepAClientWithItsServerBeyondTheRateThatIsRemembered() throws Exception {
        rig.close();
        rig = Rig.remembering(1);
        rig.serve(web(SchedulerKind.SH, 1, 1, 1).udp());
        for (int client = 1; client < 50; client++) {
            Set<Integer> servers = new HashSet<>();
            for (int port = 1_000; port < 1_010; port++) {
                TestFrame datagram = TestFrame.udp().from("198.51.100." + client, port);
                servers.add(Rig.server(rig.send(datagram.to("203.0.113.10", 80))));
            }
            assertThat(servers).hasSize(1);
        }
        assertThat(rig.flowTable.size()).isLessThan(10);
    }
}
