package dev.trigon.dataplane.doctor.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.Flaw;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.linux.MacAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of packet that may come to the gateway's own address while it listens. */
class HeardTest {
    private static final String VIP = "203.0.113.10";
    private static final String VIP6 = "2001:db8:f::10";
    private static final String OWN = "10.2.0.2";
    private static final String OWN6 = "2001:db8:2::2";
    private static final int NUMBER = 0xFEDC_BA98;

    private static TestFrame v4(TestFrame frame) {
        return frame.from(VIP, 80).to(OWN, 40_000).ttl(63);
    }

    private static TestFrame v6(TestFrame frame) {
        return frame.from(VIP6, 80).to(OWN6, 40_000).ttl(63);
    }

    private static TestFrame ping() {
        return TestFrame.icmp(8, 0, NUMBER).from(OWN, 0).to(VIP, 0);
    }

    private static TestFrame ping6() {
        return TestFrame.icmp(128, 0, NUMBER).from(OWN6, 0).to(VIP6, 0);
    }

    private static TestFrame error(int type, int code) {
        return v4(TestFrame.icmpError(type, code, 0, ping(), 28));
    }

    private static TestFrame error6(int type, int code) {
        return v6(TestFrame.icmpError(type, code, 0, ping6(), 48));
    }

    static Stream<Arguments> heard() {
        return Stream.of(
                arguments(v4(TestFrame.icmp(0, 0, NUMBER)), Kind.TAKEN, ""),
                arguments(v6(TestFrame.icmp(129, 0, NUMBER)), Kind.TAKEN, ""),
                arguments(error(11, 0), Kind.PASSED_ON, "time exceeded"),
                arguments(error6(3, 0), Kind.PASSED_ON, "time exceeded"),
                arguments(error(3, 0), Kind.UNREACHABLE, "network unreachable"),
                arguments(error(3, 1), Kind.UNREACHABLE, "host unreachable"),
                arguments(error(3, 2), Kind.UNREACHABLE, "protocol unreachable"),
                arguments(error(3, 3), Kind.UNREACHABLE, "port unreachable"),
                arguments(error(3, 13), Kind.UNREACHABLE, "prohibited"),
                arguments(error(3, 5), Kind.UNREACHABLE, "unreachable, code 5"),
                arguments(error(12, 0), Kind.UNREACHABLE, "error of type 12"),
                arguments(error6(1, 0), Kind.UNREACHABLE, "no route"),
                arguments(error6(1, 1), Kind.UNREACHABLE, "prohibited"),
                arguments(error6(1, 3), Kind.UNREACHABLE, "host unreachable"),
                arguments(error6(1, 4), Kind.UNREACHABLE, "port unreachable"),
                arguments(error6(1, 2), Kind.UNREACHABLE, "unreachable, code 2"));
    }

    @ParameterizedTest
    @MethodSource("heard")
    void shouldUnderstandWhatAnswersAnEchoRequest(TestFrame frame, Kind kind, String said) {
        byte[] octets = frame.build();
        String from = octets[12] == 0x08 ? VIP : VIP6;

        assertThat(in(octets))
                .contains(new Heard(
                        NUMBER,
                        true,
                        new Answer(kind, Specs.address(from), new MacAddress(TestFrame.CLIENT_MAC), 63, said)));
    }

    private static TestFrame quoting(TestFrame sent) {
        return v4(TestFrame.icmpError(3, 3, 0, sent.from(OWN, 0).to(VIP, 0), 28));
    }

    static Stream<Arguments> nothing() {
        return Stream.of(
                arguments("a connection's data", v4(TestFrame.tcp().flags(0x10))),
                arguments("somebody's SYN", v4(TestFrame.tcp().flags(0x02))),
                arguments("a datagram", v4(TestFrame.udp())),
                arguments("a ping", v4(TestFrame.icmp(8, 0, NUMBER))),
                arguments("an error that quotes too little", v4(TestFrame.icmpError(3, 3, 0, ping(), 27))),
                arguments(
                        "an error that quotes a datagram",
                        quoting(TestFrame.udp().payload(new byte[8]))),
                arguments("an error that quotes a ping's reply", quoting(TestFrame.icmp(0, 0, NUMBER))),
                arguments(
                        "an error that quotes a fragment",
                        quoting(TestFrame.icmp(8, 0, NUMBER).fragment(0x2000))),
                arguments(
                        "an error that quotes somebody else's ping",
                        v4(TestFrame.icmpError(3, 3, 0, ping().from("10.2.0.3", 0), 28))),
                arguments("an RST that acknowledges nothing", v4(TestFrame.tcp().flags(0x04))),
                arguments("a fragment", v4(TestFrame.icmp(0, 0, NUMBER).fragment(0x2000))),
                arguments("a neighbour solicitation", TestFrame.neighborSolicitation(OWN6)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nothing")
    void shouldNotTakeForAnAnswer(String what, TestFrame frame) {
        assertThat(in(frame.build())).as(what).isEmpty();
    }

    private static Optional<Heard> in(byte[] octets) {
        Packet packet = new Packet();
        assertThat(packet.parse(ByteBuffer.wrap(octets), 0, octets.length)).isEqualTo(Flaw.NONE);
        return Heard.in(packet);
    }
}
