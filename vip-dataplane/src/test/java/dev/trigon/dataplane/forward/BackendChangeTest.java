package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.TimeoutOverrides;
import dev.trigon.dataplane.service.WhenDown;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a flow when its backend is renamed, drained, removed, disabled or forced out. */
class BackendChangeTest {
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static TestFrame segment(int clientPort, int flags) {
        return TestFrame.tcp().from("198.51.100.10", clientPort).flags(flags);
    }

    private int serverOf(int clientPort, int flags) {
        return Rig.server(rig.send(segment(clientPort, flags)));
    }

    private int connect(int clientPort) {
        int server = serverOf(clientPort, SYN);
        assertThat(serverOf(clientPort, ACK)).isEqualTo(server);
        return server;
    }

    private static Specs web() {
        return service("web").backend(1, "10.2.0.11", 1);
    }

    private static FormerBackend former(int id, String address, boolean drains) {
        return new FormerBackend(
                id, "web", "b" + id, Specs.address(address), Specs.address("203.0.113.10"), Protocol.TCP, drains);
    }

    private void serve(FormerBackend former, Specs... specs) {
        rig.serve(new Configured(Arrays.stream(specs).map(Specs::spec).toList(), List.of(former)));
    }

    @Test
    void shouldKeepADrainingBackendsFlowsAndGiveItNoNewOnes() {
        rig.serve(web());
        connect(1_000);
        serverOf(1_001, SYN);

        rig.serve(
                service("web").backend(1, "10.2.0.11", 1, BackendState.DRAINING).backend(2, "10.2.0.12", 1));

        assertThat(serverOf(1_000, ACK)).isEqualTo(11);
        assertThat(serverOf(1_001, SYN)).as("a handshake that is under way").isEqualTo(11);
        assertThat(serverOf(1_001, ACK)).isEqualTo(11);
        for (int port = 2_000; port < 2_050; port++) {
            assertThat(connect(port)).isEqualTo(12);
        }
    }

    @Test
    void shouldKeepTheFlowsOfARemovedBackendUntilItIsDrained() {
        rig.serve(web());
        connect(1_000);

        serve(former(1, "10.2.0.11", true), service("web").backend(2, "10.2.0.12", 1));

        assertThat(serverOf(1_000, ACK)).isEqualTo(11);
        assertThat(connect(1_001)).isEqualTo(12);
        assertThat(rig.flowTable.activeFlows(1)).isOne();
    }

    @Test
    void shouldReturnFlowsToABackendThatWasRemovedAndComesBackByAnotherNameAndId() {
        rig.serve(web());
        connect(1_000);

        serve(
                former(1, "10.2.0.11", true),
                service("shop").backend(2, "10.2.0.12", 1).backend(3, "10.2.0.11", 1));

        assertThat(serverOf(1_000, ACK)).isEqualTo(11);
        assertThat(rig.flowTable.activeFlows(1)).isZero();
        assertThat(rig.flowTable.activeFlows(3)).isOne();
    }

    @Test
    void shouldNeverGiveAFlowToAnotherServerThatTookOverTheName() {
        rig.serve(web());
        connect(1_000);

        // b1 has another address now: the id is another, and the old one goes on
        serve(former(1, "10.2.0.11", true), service("web").backend(2, "10.2.0.19", 1));

        assertThat(serverOf(1_000, ACK)).isEqualTo(11);
    }

    @Test
    void shouldReachAFormerBackendInTheWayOfItsVipWhenItsServiceHasAnother() {
        rig.serve(web());
        connect(1_000);

        serve(
                former(1, "10.2.0.11", true),
                service("web").vip("203.0.113.20").l3dsr(7).backend(2, "10.2.0.12", 1),
                service("other").backend(3, "10.2.0.13", 1));

        byte[] left = rig.send(segment(1_000, ACK)).frame();
        assertThat(left).isNotNull();
        assertThat(left[5]).isEqualTo((byte) 11);
        int destinationAt = TestFrame.ETHERNET + 16;
        assertThat(Arrays.copyOfRange(left, destinationAt, destinationAt + 4))
                .as("in l2dsr the VIP stays")
                .isEqualTo(Octets.address("203.0.113.10"));
    }

    @Test
    void shouldKeepAFlowWhenItsPortGoesToAServiceWithoutItsServer() {
        rig.serve(service("old").backend(1, "10.2.0.11", 1));
        connect(1_000);

        rig.serve(
                service("old").ports(new PortRange(81, 81)).backend(1, "10.2.0.11", 1),
                service("new").backend(2, "10.2.0.12", 1));

        assertThat(serverOf(1_000, ACK)).isEqualTo(11);
        assertThat(connect(1_001)).isEqualTo(12);
    }

    @Test
    void shouldHandAFlowOverWhenItsPortGoesToAServiceWithItsServer() {
        rig.serve(service("old").backend(1, "10.2.0.11", 1));
        connect(1_000);

        rig.serve(
                service("old").ports(new PortRange(81, 81)).backend(1, "10.2.0.11", 1),
                service("new").backend(2, "10.2.0.12", 1).backend(3, "10.2.0.11", 0));

        assertThat(serverOf(1_000, ACK)).isEqualTo(11);
        assertThat(rig.flowTable.activeFlows(3)).isOne();
    }

    @Test
    void shouldMoveAConnectionThatMayMove() {
        FlowPolicy moves = new FlowPolicy(TimeoutOverrides.NONE, null, false, WhenDown.MOVE);
        rig.serve(web().flows(moves));
        connect(1_000);

        rig.serve(service("web")
                .flows(moves)
                .backend(1, "10.2.0.11", 1, BackendState.DISABLED)
                .backend(2, "10.2.0.12", 1));

        assertThat(serverOf(1_000, ACK)).isEqualTo(12);
        assertThat(serverOf(1_000, ACK)).isEqualTo(12);
        assertThat(rig.flowTable.activeFlows(1)).isZero();
    }

    @Test
    void shouldGiveAClientThatTriesAgainOnTheSamePortAnotherBackend() {
        rig.serve(web());
        connect(1_000);
        rig.serve(
                service("web").backend(1, "10.2.0.11", 1, BackendState.DISABLED).backend(2, "10.2.0.12", 1));
        assertThat(rig.send(segment(1_000, ACK)).verdict()).isEqualTo(Verdict.ANSWERED);
        assertThat(rig.send(segment(1_000, ACK)).verdict())
                .as("what was under way")
                .isEqualTo(Verdict.ANSWERED);
        assertThat(rig.send(segment(1_000, RST)).reason())
                .as("never an RST for an RST")
                .isEqualTo(DropReason.BACKEND_GONE);

        assertThat(connect(1_000)).isEqualTo(12);
    }

    @Test
    void shouldGiveASynOnAnEstablishedFlowWhoseBackendIsGoneAnother() {
        rig.serve(web());
        connect(1_000);

        rig.serve(
                service("web").backend(1, "10.2.0.11", 1, BackendState.DISABLED).backend(2, "10.2.0.12", 1));

        assertThat(connect(1_000)).isEqualTo(12);
    }

    @Test
    void shouldMoveUdpFlowsOfADisabledBackendOnTheNextPacket() {
        rig.serve(service("dns").udp().backend(1, "10.2.0.11", 1));
        assertThat(Rig.server(rig.send(TestFrame.udp()))).isEqualTo(11);

        rig.serve(service("dns")
                .udp()
                .backend(1, "10.2.0.11", 1, BackendState.DISABLED)
                .backend(2, "10.2.0.12", 1));

        assertThat(Rig.server(rig.send(TestFrame.udp()))).isEqualTo(12);
        assertThat(rig.flowTable.activeFlows(1)).isZero();
    }

    @Test
    void shouldResetFlowsOfABackendThatWasForcedOut() {
        rig.serve(web());
        connect(1_000);

        serve(former(1, "10.2.0.11", false), service("web").backend(2, "10.2.0.12", 1));

        assertThat(rig.send(segment(1_000, ACK)).verdict()).isEqualTo(Verdict.ANSWERED);
        assertThat(connect(1_001)).isEqualTo(12);
    }

    @Test
    void shouldLimitTheRateOfResets() {
        rig.serve(web());
        for (int port = 1_000; port < 2_000; port++) {
            serverOf(port, ACK);
        }
        rig.serve(service("web").backend(1, "10.2.0.11", 1, BackendState.DISABLED));

        int answered = 0;
        for (int port = 1_000; port < 2_000; port++) {
            answered += rig.send(segment(port, ACK)).verdict() == Verdict.ANSWERED ? 1 : 0;
        }

        assertThat(answered).isEqualTo(100);
        rig.forwarder.observe();
        assertThat(rig.reading().of(Observed.TCP_RESETS_SENT)).isEqualTo(100);
        assertThat(rig.reading().of(Observed.TCP_RESETS_SUPPRESSED)).isEqualTo(900);
        assertThat(rig.reading().of(DropReason.BACKEND_GONE)).isEqualTo(900);
    }
}
