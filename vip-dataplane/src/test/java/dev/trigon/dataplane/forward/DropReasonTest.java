package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.Extension;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every reason to drop a packet has a packet that is dropped for it, and for no other. */
class DropReasonTest {
    private static final String FAR = "203.0.113.20";
    private static final String LOST = "10.2.0.12";
    private static final int MORE = 0x2000;
    private static final int UNIT = 8;

    private static Specs[] services() {
        return new Specs[] {
            service("web").backend(1, "10.2.0.11", 1),
            service("dns").udp().ports(new PortRange(53, 53)).backend(2, "10.2.0.11", 1),
            service("drained").ports(new PortRange(81, 81)).backend(3, "10.2.0.11", 0),
            service("lost").ports(new PortRange(82, 82)).backend(4, LOST, 1),
            service("far").vip(FAR).l3dsr(5).backend(5, "10.2.0.11", 1)
        };
    }

    /** What provokes it, once. A reason that is added is missing here, and this does not compile. */
    private static Consumer<Rig> provocation(DropReason reason) {
        return switch (reason) {
            case TRUNCATED -> rig -> rig.send(new byte[13]);
            case BAD_IP_HEADER -> rig -> rig.send(with(TestFrame.tcp(), 0, 0x44));
            case BAD_TRANSPORT_HEADER -> rig -> rig.send(with(TestFrame.tcp(), 32, 0x40));
            case BAD_ADDRESS -> rig -> rig.send(TestFrame.tcp().from("224.0.0.1", 1));
            case BAD_EXTENSION_HEADERS -> rig -> rig.send(TestFrame.tcp().ipv6().extension(Extension.routing(0, 0)));
            case FRAGMENT_TINY ->
                rig -> rig.send(TestFrame.tcp().fragments(UNIT).get(0));
            case TOO_LARGE -> rig -> rig.send(TestFrame.tcp().build(), true, 0);
            case SUPER_PACKET ->
                rig -> rig.send(TestFrame.udp().to("203.0.113.10", 53).payload(new byte[Rig.MTU]));
            case FRAGMENT_OVERLAP -> DropReasonTest::sendAFragmentTwice;
            case FRAGMENT_ORPHAN ->
                rig -> {
                    rig.send(later(1));
                    giveUp(rig);
                };
            case FRAGMENT_QUEUE_FULL ->
                rig -> {
                    for (int n = 1; n <= Forwarder.PLACES_PER_DATAGRAM + 1; n++) {
                        rig.send(later(n));
                    }
                };
            case PROTOCOL -> rig -> rig.send(TestFrame.ip(47));
            case ICMP_TYPE -> rig -> rig.send(TestFrame.icmp(13, 0, 0));
            case ICMP_EMBEDDED -> rig -> rig.send(TestFrame.icmp(11, 0, 0));
            case ICMP_NO_FLOW ->
                rig -> rig.send(TestFrame.icmpError(
                        11, 0, 0, TestFrame.tcp().from("203.0.113.10", 79).to("198.51.100.10", 9), 28));
            case RATE_LIMITED ->
                rig -> {
                    rig.send(TestFrame.echoRequest(1, 1));
                    rig.send(TestFrame.echoRequest(1, 2));
                };
            case NO_SERVICE -> rig -> rig.send(TestFrame.tcp().to("203.0.113.10", 79));
            case BACKEND_GONE -> DropReasonTest::resetAConnectionThatIsGone;
            case NO_BACKEND -> rig -> rig.send(TestFrame.tcp().to("203.0.113.10", 81));
            case NOT_ON_SEGMENT ->
                rig -> {
                    rig.reroute(LOST);
                    rig.send(lost());
                };
            case TTL_EXPIRED -> rig -> rig.send(TestFrame.tcp().to(FAR, 80).ttl(1));
            case NEXT_HOP_UNRESOLVED ->
                rig -> {
                    rig.send(lost());
                    giveUp(rig);
                };
            case NEXT_HOP_QUEUE_FULL ->
                rig -> {
                    for (int i = 0; i <= Forwarder.PLACES_PER_NEXT_HOP; i++) {
                        rig.send(lost());
                    }
                };
            case EGRESS_FULL -> rig -> rig.send(TestFrame.tcp().build(), false, 105);
            case EGRESS_DOWN -> rig -> rig.send(TestFrame.tcp().build(), false, 100);
            case EGRESS_REFUSED -> rig -> rig.send(TestFrame.tcp().build(), false, 1);
            case FAULT ->
                rig -> {
                    rig.batch.clear();
                    rig.receive(TestFrame.tcp().build(), false);
                    rig.forwarder.abandon(rig.batch);
                };
        };
    }

    private static byte[] with(TestFrame frame, int octetOfIp, int value) {
        byte[] octets = frame.build();
        octets[TestFrame.ETHERNET + octetOfIp] = (byte) value;
        return octets;
    }

    private static TestFrame lost() {
        return TestFrame.tcp().to("203.0.113.10", 82);
    }

    private static TestFrame later(int unit) {
        // two units each: what looks like UDP's header, and one more
        return TestFrame.ip(17).to("203.0.113.10", 53).fragment(MORE | 2 * unit);
    }

    private static void sendAFragmentTwice(Rig rig) {
        TestFrame first = TestFrame.udp().to("203.0.113.10", 53).fragment(MORE);
        rig.send(first);
        rig.send(first);
    }

    private static void resetAConnectionThatIsGone(Rig rig) {
        rig.send(TestFrame.tcp().to("203.0.113.10", 80));
        rig.serve(service("web").backend(1, "10.2.0.11", 1, BackendState.DISABLED));
        rig.send(TestFrame.tcp().to("203.0.113.10", 80).flags(0x04));
    }

    private static void giveUp(Rig rig) {
        rig.nowMs += WaitingRoom.PATIENCE_MS;
        rig.step();
    }

    @ParameterizedTest
    @EnumSource(DropReason.class)
    void shouldDropForEveryReason(DropReason reason) throws Exception {
        try (Rig rig = new Rig(new AnswerPolicy(false, 10)).serve(services())) {
            rig.unresolve(LOST);

            provocation(reason).accept(rig);

            assertThat(rig.reading().of(reason)).isOne();
            assertThat(rig.reading().of(Verdict.DROPPED)).isOne();
        }
    }
}
