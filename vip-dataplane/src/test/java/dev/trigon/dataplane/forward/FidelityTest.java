package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.forward.Row.forwarded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.wire.Extension;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.dataplane.wire.TestFrame.Sum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What of a packet must not change on the way to a server, in both modes and families: a row each. */
class FidelityTest {
    private static final byte[] DATA = {1, 2, 3, 4, 5};
    private static final byte[] OPTIONS = Octets.hex("020405b4 0402080a 11223344 00000000 01030307");

    private static final UnaryOperator<TestFrame> SAME = UnaryOperator.identity();

    static Stream<Row> rows() {
        return Arrays.stream(Mode.values()).flatMap(mode -> rows(mode).stream());
    }

    private static List<Row> rows(Mode mode) {
        List<Row> rows = new ArrayList<>();
        transports(mode, rows);
        sums(mode, rows);
        network(mode, rows);
        for (int trafficClass : new int[] {0xB8, 0xB9, 0xBA, 0xBB, 0x03}) {
            String what = "traffic class " + Integer.toHexString(trafficClass);
            rows.add(tcp(mode, what, f -> f.trafficClass(trafficClass), SAME));
        }
        return rows;
    }

    private static void transports(Mode mode, List<Row> rows) {
        rows.add(tcp(mode, "TCP", SAME, SAME));
        rows.add(tcp(mode, "TCP without data", f -> f.payload(new byte[0]), SAME));
        rows.add(tcp(mode, "SYN with options", f -> f.flags(2).tcpOptions(OPTIONS), SAME));
        rows.add(tcp(mode, "every option there is room for", f -> f.tcpOptions(new byte[40]), SAME));
        rows.add(tcp(mode, "every flag", f -> f.flags(0xFF), SAME));
        rows.add(udp(mode, "UDP", SAME, SAME));
        rows.add(udp(mode, "UDP without data", f -> f.payload(new byte[0]), SAME));
        rows.add(row(mode, "an echo request", mode.echo(), mode.echo()));
        rows.add(row(
                mode,
                "a wrong echo request",
                mode.echo().sumOffBy(5),
                mode.echo().sumOffBy(5)));
    }

    private static void sums(Mode mode, List<Row> rows) {
        rows.add(tcp(mode, "a partial checksum, TCP", f -> f.sum(Sum.PARTIAL), f -> f.sum(Sum.FULL)));
        rows.add(udp(mode, "a partial checksum, UDP", f -> f.sum(Sum.PARTIAL), f -> f.sum(Sum.FULL)));
        rows.add(udp(mode, "no checksum", f -> f.sum(Sum.ZERO), SAME));
        rows.add(tcp(mode, "a TCP checksum of 0, which is wrong", f -> f.sum(Sum.ZERO), afterZero(mode)));
        rows.add(tcp(mode, "a wrong checksum, TCP", f -> f.sumOffBy(77), SAME));
        rows.add(udp(mode, "a wrong checksum, UDP", f -> f.sumOffBy(0xFFFE), SAME));
        rows.add(tcp(mode, "a wrong checksum, of IP", f -> f.ipSumOffBy(77), SAME));
        rows.add(udp(mode, "a partial checksum, padded", f -> f.sum(Sum.PARTIAL).padTo(90), f -> f.sum(Sum.FULL)));
        rows.add(udp(mode, "a right checksum that looks partial", f -> f.payload(rightAndPartial(mode)), SAME));
        rows.add(udp(mode, "a checksum that comes out as 0", f -> f.payload(comesOutAsZero(mode)), SAME));
        rows.add(udp(
                mode,
                "a partial checksum that comes out as 0",
                f -> f.payload(comesOutAsZero(mode)).sum(Sum.PARTIAL),
                f -> f.sum(Sum.FULL)));
        if (mode.v6) {
            rows.add(row(mode, "a partial checksum, echo", mode.echo().sum(Sum.PARTIAL), mode.echo()));
        }
    }

    private static void network(Mode mode, List<Row> rows) {
        rows.add(tcp(mode, "padded", f -> f.padTo(100), SAME));
        rows.add(udp(mode, "the longest life", f -> f.ttl(255), SAME));
        rows.add(udp(mode, "the shortest life", f -> f.ttl(mode.layer3 ? 2 : 0), SAME));
        if (mode.v6) {
            rows.add(udp(mode, "a flow label", f -> f.flowLabel(0xFFFFF).trafficClass(0xFF), SAME));
            rows.add(udp(mode, "hop-by-hop options", f -> f.extension(Extension.hopByHop(16)), SAME));
            rows.add(udp(mode, "a routing header", f -> f.extension(Extension.routing(4, 0)), SAME));
            rows.add(udp(mode, "destination options", f -> f.extension(Extension.destinationOptions(8)), SAME));
            rows.add(udp(mode, "an atomic fragment", f -> f.fragment(0, false, 9), SAME));
            rows.add(tcp(
                    mode,
                    "a partial checksum in an atomic fragment",
                    f -> f.fragment(0, false, 9).sum(Sum.PARTIAL),
                    f -> f.sum(Sum.FULL)));
        } else {
            rows.add(tcp(mode, "IP options", f -> f.ipOptions(new byte[40]), SAME));
            rows.add(udp(mode, "to be fragmented", f -> f.fragment(0).identification(0xFFFF), SAME));
            rows.add(udp(mode, "the reserved flag", f -> f.fragment(0xC000), SAME));
        }
    }

    private static Row tcp(Mode mode, String what, UnaryOperator<TestFrame> in, UnaryOperator<TestFrame> out) {
        return row(
                mode,
                what,
                in.apply(mode.tcp().payload(DATA)),
                out.apply(in.apply(mode.tcp().payload(DATA))));
    }

    private static Row udp(Mode mode, String what, UnaryOperator<TestFrame> in, UnaryOperator<TestFrame> out) {
        return row(
                mode,
                what,
                in.apply(mode.udp().payload(DATA)),
                out.apply(in.apply(mode.udp().payload(DATA))));
    }

    private static Row row(Mode mode, String what, TestFrame in, TestFrame out) {
        return forwarded(mode + ", " + what, in, mode.sent(out));
    }

    /** It stays as far off as it was, which in l3dsr is another number. */
    private static UnaryOperator<TestFrame> afterZero(Mode mode) {
        return frame ->
                mode.layer3 ? frame.sum(Sum.FULL).sumOffBy(~sum(mode.tcp().payload(DATA)) & 0xFFFF) : frame;
    }

    private static int sum(TestFrame frame) {
        byte[] packet = frame.packet();
        int at = frame.ipHeaderLength() + (packet[packet[0] >>> 4 == 6 ? 6 : 9] == 6 ? 16 : 6);
        return (packet[at] & 0xFF) << 8 | (packet[at + 1] & 0xFF);
    }

    private static byte[] word(int value) {
        return new byte[] {(byte) (value >>> 8), (byte) value};
    }

    /** A payload with which the server's sum is 0, which in UDP is none. */
    private static byte[] comesOutAsZero(Mode mode) {
        return word(sum(mode.sent(mode.udp().payload(new byte[2]))));
    }

    /** A payload that has sum and pseudo-header's sum be the same: the sum goes down as the word goes up. */
    private static byte[] rightAndPartial(Mode mode) {
        int right = sum(mode.udp().payload(new byte[2]));
        int partial = sum(mode.udp().payload(new byte[2]).sum(Sum.PARTIAL));
        return word(Math.floorMod(right - partial, 0xFFFF));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldKeepWhatIsNotTheModes(Row row) throws Exception {
        try (Rig rig = new Rig(new AnswerPolicy(true, 1_000)).serve(Mode.services())) {
            row.hold(rig);
        }
    }

    /** Or those rows would not be what they say. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldHaveSumsAtTheirEdges(Mode mode) {
        assertThat(sum(mode.sent(mode.udp().payload(comesOutAsZero(mode))))).isEqualTo(0xFFFF);
        TestFrame looksPartial = mode.udp().payload(rightAndPartial(mode));
        assertThat(sum(looksPartial)).isEqualTo(sum(looksPartial.sum(Sum.PARTIAL)));
    }
}
