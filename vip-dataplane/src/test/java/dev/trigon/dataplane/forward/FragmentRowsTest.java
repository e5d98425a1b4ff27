package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.answer.ArmAddresses;
import dev.trigon.dataplane.forward.Rig.Outcome;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.Extension;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.dataplane.wire.TestFrame.Sum;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams in pieces, of everything that a VIP meets, in both modes and families and in any order: a row each. */
class FragmentRowsTest {
    private static final int DSCP = 5;
    private static final int ID = 0xBEEF;
    private static final String CLIENT = "198.51.100.10";
    private static final String CLIENT6 = "2001:db8:c::10";
    private static final String NEAR = "203.0.113.10";
    private static final String NEAR6 = "2001:db8:f::10";
    private static final String FAR = "203.0.113.20";
    private static final String FAR6 = "2001:db8:f::20";
    private static final String OWN = "203.0.113.30";
    private static final String SERVER = "10.2.0.11";
    private static final String SERVER6 = "2001:db8:2::11";
    private static final String GATEWAY = "10.2.0.2";
    private static final byte[] DATA = new byte[180];

    private static Specs[] services() {
        PortRange dns = new PortRange(53, 53);
        return new Specs[] {
            service("near").maglev().backend(1, SERVER, 1),
            service("near-dns").udp().ports(dns).backend(2, SERVER, 1),
            service("near6").vip(NEAR6).maglev().backend(3, SERVER6, 1),
            service("near-dns6").vip(NEAR6).udp().ports(dns).backend(4, SERVER6, 1),
            service("far").vip(FAR).l3dsr(DSCP).maglev().backend(5, SERVER, 1),
            service("far-dns").vip(FAR).l3dsr(DSCP).udp().ports(dns).backend(6, SERVER, 1),
            service("far6").vip(FAR6).l3dsr(DSCP).maglev().backend(7, SERVER6, 1),
            service("far-dns6").vip(FAR6).l3dsr(DSCP).udp().ports(dns).backend(8, SERVER6, 1),
            service("own").vip(OWN).backend(9, SERVER, 1)
        };
    }

    /**
     * A datagram.
     *
     * @param octets of each piece but the last
     * @param out what leaves; null if nothing does
     */
    private record Row(
            String what,
            boolean echoToBackend,
            Supplier<TestFrame> in,
            int octets,
            Verdict verdict,
            @Nullable DropReason reason,
            @Nullable UnaryOperator<TestFrame> out) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Row forwarded(String what, Supplier<TestFrame> in, UnaryOperator<TestFrame> out) {
        return new Row(what, true, in, 64, Verdict.FORWARDED, null, out);
    }

    private static Row answered(String what, Supplier<TestFrame> in, UnaryOperator<TestFrame> out) {
        return new Row(what, false, in, 64, Verdict.ANSWERED, null, out);
    }

    private static Row dropped(DropReason reason, String what, Supplier<TestFrame> in) {
        return new Row(what, false, in, 64, Verdict.DROPPED, reason, null);
    }

    private static TestFrame from(TestFrame frame, boolean v6) {
        return frame.from(v6 ? CLIENT6 : CLIENT, 40_000)
                .identification(ID)
                .fragment(0)
                .payload(DATA);
    }

    private static TestFrame udp(String vip) {
        return from(TestFrame.udp(), vip.contains(":")).to(vip, 53);
    }

    private static TestFrame tcp(String vip) {
        return from(TestFrame.tcp(), vip.contains(":"))
                .to(vip, 80)
                .trafficClass(0xFD)
                .ttl(2);
    }

    private static TestFrame echo(String vip) {
        boolean v6 = vip.contains(":");
        return from(v6 ? TestFrame.echoRequest6(1, 2) : TestFrame.echoRequest(1, 2), v6)
                .to(vip, 0);
    }

    /** What a router says of a packet that a server sent as the VIP. */
    private static TestFrame error(String vip) {
        boolean v6 = vip.contains(":");
        TestFrame reply = from(TestFrame.tcp(), v6).from(vip, 80).to(v6 ? CLIENT6 : CLIENT, 40_000);
        TestFrame error = v6
                ? TestFrame.icmpError(2, 0, 1_280, reply, 200).from("2001:db8::1", 0)
                : TestFrame.icmpError(3, 4, 1_280, reply, 200).from("192.0.2.1", 0);
        return error.to(vip, 0).identification(ID).fragment(0);
    }

    private static TestFrame near(TestFrame frame) {
        return frame.toMac(Rig.SERVER_MACS | 11).fromMac(Rig.EGRESS_MAC);
    }

    private static TestFrame near6(TestFrame frame) {
        return frame.toMac(Rig.SERVER_MACS | 0x11).fromMac(Rig.EGRESS_MAC);
    }

    /** The mode's changes to a packet with hop limit 64 and no ECN. */
    private static UnaryOperator<TestFrame> far(int port) {
        return frame -> near(frame.to(SERVER, port).ttl(63).trafficClass(DSCP << 2));
    }

    private static UnaryOperator<TestFrame> far6(int port) {
        return frame -> near6(frame.to(SERVER6, port).ttl(63).trafficClass(DSCP << 2));
    }

    /** Those to {@link #tcp}. */
    private static TestFrame farTcp(TestFrame frame) {
        return frame.ttl(1).trafficClass(DSCP << 2 | 1);
    }

    private static TestFrame reply(TestFrame frame) {
        return frame.toMac(TestFrame.CLIENT_MAC)
                .fromMac(TestFrame.GATEWAY_MAC)
                .identification(ID)
                .fragment(0);
    }

    static Stream<Row> rows() {
        return Stream.of(ipv4(), ipv6(), icmp(), given()).flatMap(List::stream);
    }

    private static List<Row> ipv4() {
        return List.of(
                forwarded("l2dsr, UDP", () -> udp(NEAR), FragmentRowsTest::near),
                forwarded("l2dsr, the last hop", () -> udp(NEAR).ttl(1), FragmentRowsTest::near),
                forwarded("l2dsr, TCP", () -> tcp(NEAR), FragmentRowsTest::near),
                forwarded("l2dsr, IP options", () -> udp(NEAR).ipOptions(new byte[8]), FragmentRowsTest::near),
                forwarded("l3dsr, UDP", () -> udp(FAR), far(53)),
                forwarded("l3dsr, no checksum", () -> udp(FAR).sum(Sum.ZERO), far(53)),
                forwarded("l3dsr, wrong checksums", () -> udp(FAR).sumOffBy(7).ipSumOffBy(9), far(53)),
                forwarded("l3dsr, IP options", () -> udp(FAR).ipOptions(new byte[40]), far(53)),
                forwarded("l3dsr, TCP with ECN", () -> tcp(FAR), f -> farTcp(near(f.to(SERVER, 80)))));
    }

    private static List<Row> ipv6() {
        Extension options = Extension.destinationOptions(16);
        Extension hopByHop = Extension.hopByHop(8);
        return List.of(
                forwarded("l2dsr, UDP over IPv6", () -> udp(NEAR6), FragmentRowsTest::near6),
                forwarded("l2dsr, no checksum over IPv6", () -> udp(NEAR6).sum(Sum.ZERO), FragmentRowsTest::near6),
                forwarded("l2dsr, TCP over IPv6", () -> tcp(NEAR6), FragmentRowsTest::near6),
                forwarded("l3dsr, UDP over IPv6", () -> udp(FAR6).flowLabel(0xABCDE), far6(53)),
                forwarded("l3dsr, no checksum over IPv6", () -> udp(FAR6).sum(Sum.ZERO), far6(53)),
                forwarded("l3dsr, a wrong checksum over IPv6", () -> udp(FAR6).sumOffBy(7), far6(53)),
                forwarded("l3dsr, TCP with ECN over IPv6", () -> tcp(FAR6), f -> farTcp(near6(f.to(SERVER6, 80)))),
                forwarded("l3dsr, options before all pieces", () -> udp(FAR6).extension(hopByHop), far6(53)),
                forwarded("l3dsr, options in the first piece", () -> udp(FAR6).extension(options), far6(53)),
                forwarded(
                        "l3dsr, options before and behind the fragment header",
                        () -> udp(FAR6)
                                .extension(hopByHop)
                                .extension(Extension.routing(4, 0))
                                .extension(options),
                        far6(53)));
    }

    private static List<Row> icmp() {
        return List.of(
                answered(
                        "an echo request",
                        () -> echo(NEAR),
                        f -> reply(TestFrame.icmp(0, 0, 1 << 16 | 2))
                                .payload(DATA)
                                .from(NEAR, 0)
                                .to(CLIENT, 0)),
                answered(
                        "an echo request over IPv6",
                        () -> echo(NEAR6),
                        f -> reply(TestFrame.icmp(129, 0, 1 << 16 | 2).ipv6())
                                .payload(DATA)
                                .from(NEAR6, 0)
                                .to(CLIENT6, 0)),
                dropped(
                        DropReason.ICMP_TYPE,
                        "an echo request with IP options",
                        () -> echo(NEAR).ipOptions(new byte[8])),
                dropped(
                        DropReason.ICMP_TYPE,
                        "an echo request with options in its first piece",
                        () -> echo(NEAR6).extension(Extension.destinationOptions(8))),
                forwarded("l2dsr, an echo request", () -> echo(NEAR), FragmentRowsTest::near),
                forwarded("l2dsr, an echo request over IPv6", () -> echo(NEAR6), FragmentRowsTest::near6),
                forwarded("l3dsr, an echo request", () -> echo(FAR), far(0)),
                forwarded("l3dsr, an echo request over IPv6", () -> echo(FAR6), far6(0)),
                forwarded("l2dsr, an error", () -> error(NEAR), FragmentRowsTest::near),
                forwarded("l2dsr, an error over IPv6", () -> error(NEAR6), FragmentRowsTest::near6),
                forwarded(
                        "l3dsr, an error, in the gateway's name",
                        () -> error(FAR),
                        f -> far(0).apply(f).from(GATEWAY, 0)),
                forwarded("l3dsr, an error over IPv6", () -> error(FAR6), far6(0)));
    }

    private static List<Row> given() {
        return List.of(
                dropped(
                        DropReason.NO_SERVICE,
                        "to another port",
                        () -> udp(NEAR).to(NEAR, 54)),
                dropped(
                        DropReason.NO_SERVICE,
                        "to another port over IPv6",
                        () -> udp(FAR6).to(FAR6, 54)),
                dropped(DropReason.PROTOCOL, "GRE", () -> from(TestFrame.ip(47), false)),
                new Row("to the gateway's own address", false, () -> udp(OWN), 64, Verdict.PASSED, null, null));
    }

    private static Rig rig(Row row) {
        ArmAddresses addresses = new ArmAddresses();
        addresses.set(Specs.address(GATEWAY), null);
        Rig rig = new Rig(new AnswerPolicy(row.echoToBackend, 1_000), addresses);
        rig.ownAddresses = Set.of(Specs.address(OWN));
        return rig.serve(services());
    }

    /** In order, the first last, and any other way; each piece in a step of its own, and all at once. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldTreatEveryPieceAsTheFirst(Row row) throws Exception {
        List<byte[]> pieces = row.in.get().fragments(row.octets);
        List<String> expected =
                row.out == null ? List.of() : hex(row.out.apply(row.in.get()).fragments(row.octets));
        assertThat(pieces).hasSizeGreaterThan(2);
        Random random = new Random(row.what.hashCode());
        for (int order = 0; order < 6; order++) {
            for (boolean atOnce : new boolean[] {true, false}) {
                try (Rig rig = rig(row)) {
                    List<String> left = hex(send(rig, pieces, atOnce));

                    assertThat(left).as("order %d", order).containsExactlyInAnyOrderElementsOf(expected);
                    assertThat(rig.reading().of(row.verdict)).isEqualTo(pieces.size());
                    if (row.reason != null) {
                        assertThat(rig.reading().of(row.reason)).isEqualTo(pieces.size());
                    }
                }
            }
            if (order == 0) {
                pieces = new ArrayList<>(pieces);
                Collections.reverse(pieces);
            } else {
                Collections.shuffle(pieces, random);
            }
        }
    }

    /** Each has a hop limit of its own, and nobody is told of any but the first: RFC 1812, section 4.3.2.7. */
    @ParameterizedTest
    @ValueSource(strings = {FAR, FAR6})
    void shouldLetEachPieceExpireByItself(String vip) throws Exception {
        List<byte[]> living = udp(vip).ttl(2).fragments(64);
        List<byte[]> dying = udp(vip).ttl(1).fragments(64);
        try (Rig rig = rig(rows().findFirst().orElseThrow())) {
            assertThat(rig.send(living.get(0)).verdict()).isEqualTo(Verdict.FORWARDED);
            Outcome later = rig.send(dying.get(1));
            assertThat(later.reason()).isEqualTo(DropReason.TTL_EXPIRED);
            assertThat(later.egress()).isEqualTo(Batch.STAYS);
            assertThat(rig.send(living.get(2)).verdict()).isEqualTo(Verdict.FORWARDED);
        }
        try (Rig rig = rig(rows().findFirst().orElseThrow())) {
            Outcome first = rig.send(dying.get(0));
            assertThat(first.reason()).isEqualTo(DropReason.TTL_EXPIRED);
            assertThat(first.egress()).isEqualTo(Rig.INGRESS);
            assertThat(rig.send(living.get(1)).verdict()).isEqualTo(Verdict.FORWARDED);
        }
    }

    /** What the first of one says is not what the first of another says. */
    @Test
    void shouldTellDatagramsApart() throws Exception {
        List<Supplier<TestFrame>> datagrams = List.of(
                () -> udp(FAR),
                () -> error(FAR).identification(1),
                () -> udp(FAR).from("192.0.2.1", 9),
                () -> tcp(NEAR).ttl(64).trafficClass(0));
        List<UnaryOperator<TestFrame>> changes =
                List.of(far(53), f -> far(0).apply(f).from(GATEWAY, 0), far(53), FragmentRowsTest::near);
        List<String> left = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        try (Rig rig = rig(rows().findFirst().orElseThrow())) {
            for (int piece : new int[] {1, 0, 2}) {
                for (int i = 0; i < datagrams.size(); i++) {
                    left.addAll(
                            hex(rig.step(datagrams.get(i).get().fragments(64).get(piece))));
                    expected.add(Octets.hex(changes.get(i)
                            .apply(datagrams.get(i).get())
                            .fragments(64)
                            .get(piece)));
                }
            }
            left.addAll(hex(rig.step()));
        }
        assertThat(left).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static List<byte[]> send(Rig rig, List<byte[]> pieces, boolean atOnce) {
        List<byte[]> left = new ArrayList<>();
        if (atOnce) {
            left.addAll(rig.step(pieces.toArray(byte[][]::new)));
        } else {
            pieces.forEach(piece -> left.addAll(rig.step(piece)));
        }
        left.addAll(rig.step());
        assertThat(rig.forwarder.isAnyWaiting()).isFalse();
        return left;
    }

    private static List<String> hex(List<byte[]> frames) {
        return frames.stream().map(Octets::hex).toList();
    }
}
