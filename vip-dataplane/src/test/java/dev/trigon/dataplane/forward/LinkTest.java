package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.forward.Row.answered;
import static dev.trigon.dataplane.forward.Row.dropped;
import static dev.trigon.dataplane.forward.Row.forwarded;
import static dev.trigon.dataplane.forward.Row.passed;
import static dev.trigon.dataplane.wire.Octets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.forward.Rig.Outcome;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.Extension;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import dev.trigon.dataplane.wire.TestFrame.Sum;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Ethernet has to say: whose a frame is, tags, and lengths from the shortest to the longest. */
class LinkTest {
    private static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    private static final int ETHERNET = TestFrame.ETHERNET;

    static Stream<Row> rows() {
        return Stream.concat(
                Stream.of(arp(), notOurs()).flatMap(List::stream),
                Arrays.stream(Mode.values()).flatMap(mode -> rows(mode).stream()));
    }

    private static List<Row> arp() {
        String question = "0806 0001 0800 06 04 0001 020000000001 c6336401 000000000000 cb00710a";
        String answer = "020000000001 020000000002 0806 0001 0800 06 04 0002 020000000002 cb00710a 020000000001 ";
        return List.of(
                answered(
                        "ARP for the VIP, broadcast",
                        hex("ffffffffffff 020000000001", question),
                        hex(answer, "c6336401")),
                answered(
                        "ARP for the VIP, to us alone",
                        hex("020000000002 020000000001", question),
                        hex(answer, "c6336401")),
                answered(
                        "ARP for the VIP, padded",
                        hex("ffffffffffff 020000000001", question, "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"),
                        hex(answer, "c6336401", "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5")),
                answered(
                        "ARP for the VIP, in two tags",
                        hex("ffffffffffff 020000000001 88a8 0007 8100 6064", question),
                        hex(answer.replace("0806", "88a8 0007 8100 6064 0806"), "c6336401")),
                answered(
                        "ARP probe, of one that has no address yet",
                        hex("ffffffffffff 020000000001", question.replace("c6336401", "00000000")),
                        hex(answer, "00000000")),
                passed(
                        "gratuitous ARP for the VIP from elsewhere",
                        hex("ffffffffffff 020000000009", question.replace("c6336401", "cb00710a"))),
                passed("ARP reply", hex("020000000002 020000000009", question.replace("04 0001", "04 0002"))),
                passed(
                        "ARP for another address",
                        hex("ffffffffffff 020000000001", question.replace("cb00710a", "cb00710b"))),
                passed("ARP for the VIP, to another MAC", hex("020000000009 020000000001", question)),
                passed("ARP for the VIP, to a group", hex("01005e000001 020000000001", question)),
                passed(
                        "ARP of another hardware type",
                        hex("ffffffffffff 020000000001", question.replace("0806 0001", "0806 0006"))),
                passed(
                        "ARP of another protocol",
                        hex("ffffffffffff 020000000001", question.replace("0800 06 04", "86dd 06 04"))),
                passed("ARP with other lengths", hex("ffffffffffff 020000000001", question.replace("06 04", "06 10"))),
                dropped(
                        DropReason.TRUNCATED,
                        "ARP, an octet short",
                        Arrays.copyOf(hex("ffffffffffff 020000000001", question), ETHERNET + 27)));
    }

    private static List<Row> notOurs() {
        return List.of(
                passed("to an address that is no VIP", TestFrame.tcp().to("203.0.113.11", 80)),
                passed("to an IPv6 address that is no VIP", TestFrame.tcp().to("2001:db8:f::11", 80)),
                passed(
                        "a fragment to an address that is no VIP",
                        TestFrame.udp().to("203.0.113.11", 80).fragment(0x2000)),
                passed("three VLAN tags", hex("020000000002 020000000001 88a8 0001 8100 0002 8100 0003 0800 45")),
                passed("a tag of another kind", Mode.L2DSR.tcp().tag(0x9100, 5)),
                passed("802.3 with a length", hex("0180c2000000 020000000001 0026 4242 03")),
                passed("an EtherType alone", hex("020000000002 020000000001 88cc")),
                passed("malformed, to another MAC", hex("020000000009 020000000001 0800 6f")),
                dropped(DropReason.TRUNCATED, "half a tag", hex("020000000002 020000000001 8100 00")),
                dropped(DropReason.TRUNCATED, "half a second tag", hex("020000000002 020000000001 88a8 0001 8100 00")));
    }

    private static List<Row> rows(Mode mode) {
        List<Row> rows = new ArrayList<>();
        rows.add(passed(mode + ", to another MAC", mode.tcp().toMac(0x0200_0000_0009L)));
        rows.add(passed(mode + ", to all", mode.tcp().toMac(BROADCAST)));
        rows.add(passed(mode + ", to a group of IPv4's", mode.tcp().toMac(0x0100_5E00_0001L)));
        rows.add(passed(mode + ", to a group of IPv6's", mode.tcp().toMac(0x3333_0000_0001L)));
        rows.add(passed(mode + ", an echo request to all", mode.echo().toMac(BROADCAST)));
        rows.add(passed(mode + ", the last hop, to all", mode.tcp().ttl(1).toMac(BROADCAST)));
        rows.add(untagged(mode, "a tag", 4, f -> f.tag(0x8100, 100)));
        rows.add(untagged(mode, "a tag with a priority alone", 4, f -> f.tag(0x8100, 0xE000)));
        rows.add(untagged(mode, "a provider's tag", 4, f -> f.tag(0x88A8, 100)));
        rows.add(untagged(mode, "two tags", 8, f -> f.tag(0x88A8, 7).tag(0x8100, 100)));
        rows.add(untagged(mode, "two tags of one kind", 8, f -> f.tag(0x8100, 7).tag(0x8100, 100)));
        rows.add(forwarded(
                mode + ", the shortest frame, padded",
                mode.udp().sum(Sum.PARTIAL).padTo(60),
                mode.sent(mode.udp().padTo(60))));
        int headers = mode.v6 ? 60 : 40;
        byte[] most = new byte[Rig.MTU - headers];
        rows.add(forwarded(
                mode + ", as long as the MTU",
                mode.tcp().payload(most),
                mode.sent(mode.tcp().payload(most))));
        return rows;
    }

    /** They leave by another interface, whose own tags the kernel puts on. Padding stays as long as it was. */
    private static Row untagged(Mode mode, String what, int octets, UnaryOperator<TestFrame> tags) {
        return forwarded(
                mode + ", " + what,
                tags.apply(mode.tcp().padTo(100)),
                mode.sent(mode.tcp().padTo(100 - octets)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldReadTheFrame(Row row) throws Exception {
        try (Rig rig = rig()) {
            row.hold(rig);
        }
    }

    private static Rig rig() {
        return new Rig().serve(Mode.services());
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldKeepTagsOnTheInterfaceTheyCameBy(Mode mode) throws Exception {
        try (Rig rig = rig()) {
            rig.resolveOnIngress(mode.server);

            byte[] left = rig.step(mode.tcp().tag(0x88A8, 7).tag(0x8100, 0x6064).build())
                    .get(0);

            TestFrame expected = mode.sent(mode.tcp()).tag(0x88A8, 7).tag(0x8100, 0x6064);
            assertThat(Octets.hex(left)).isEqualTo(Octets.hex(expected.build()));
            assertThat(rig.batch.egress(0)).isEqualTo(Rig.INGRESS);
        }
    }

    /** One 802.1Q tag is free on a link; two, or a provider's, take from what it carries. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldTakeTagsFromWhatTheLinkCarries(Mode mode) throws Exception {
        int headers = mode.v6 ? 60 : 40;
        try (Rig rig = rig()) {
            rig.resolveOnIngress(mode.server);
            assertThat(rig.send(full(mode, Rig.MTU - headers).tag(0x8100, 7)).verdict())
                    .isEqualTo(Verdict.FORWARDED);

            Outcome told = rig.send(full(mode, Rig.MTU - headers).tag(0x88A8, 7).tag(0x8100, 100));

            assertThat(told.reason()).isEqualTo(DropReason.TOO_LARGE);
            int mtuAt = ETHERNET + 8 + (mode.v6 ? 40 : 20) + 4;
            assertThat(ByteBuffer.wrap(rig.frame(0)).getInt(mtuAt)).isEqualTo(Rig.MTU - 8);
            assertThat(rig.send(full(mode, Rig.MTU - headers).tag(0x88A8, 7)).reason())
                    .isEqualTo(DropReason.TOO_LARGE);
            assertThat(rig.send(full(mode, Rig.MTU - 8 - headers).tag(0x88A8, 7).tag(0x8100, 100))
                            .verdict())
                    .isEqualTo(Verdict.FORWARDED);
        }
    }

    private static TestFrame full(Mode mode, int octets) {
        return mode.tcp().payload(new byte[octets]);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldSegmentTcpSuperPackets(Mode mode) throws Exception {
        int headers = mode.v6 ? 60 : 40;
        byte[] payload = new byte[30_000];
        try (Rig rig = rig()) {
            rig.send(mode.tcp().payload(payload).ttl(2));
            assertThat(rig.batch.segment(0)).isEqualTo(Rig.MTU - headers);
            assertThat(Octets.hex(rig.frame(0)))
                    .isEqualTo(Octets.hex(
                            mode.sent(mode.tcp().payload(payload).ttl(2)).build()));
            rig.send(mode.tcp().tag(0x8100, 5).tcpOptions(new byte[12]).payload(payload));
            assertThat(rig.batch.segment(0)).isEqualTo(Rig.MTU - headers - 12);
            rig.send(mode.tcp().tag(0x8100, 5).payload(new byte[Rig.MTU - headers]));
            assertThat(rig.batch.segment(0)).as("as long as the MTU").isEqualTo(Batch.WHOLE);
            rig.send(mode.tcp().payload(new byte[Rig.MTU - headers + 1]));
            assertThat(rig.batch.segment(0)).as("an octet longer").isEqualTo(Rig.MTU - headers);
            rig.resolve(mode.server, 1_400);
            rig.send(mode.tcp().payload(payload));
            assertThat(rig.batch.segment(0)).isEqualTo(1_400 - headers);
            rig.resolve(mode.server, 9_000);
            rig.send(mode.tcp().payload(payload));
            assertThat(rig.batch.segment(0)).as("no longer than it came").isEqualTo(Rig.MTU - headers);
        }
    }

    /** Headers come in every part; here there is no room for anything else. */
    @ParameterizedTest
    @ValueSource(strings = {"L2DSR_IPV6", "L3DSR_IPV6"})
    void shouldNotSegmentWhatIsAllHeaders(Mode mode) throws Exception {
        try (Rig rig = rig()) {
            for (int octets : new int[] {1_440, 1_448, 2_000}) {
                rig.send(mode.tcp()
                        .extension(Extension.destinationOptions(octets))
                        .payload(new byte[600]));
            }
            assertThat(rig.reading().of(DropReason.TOO_LARGE)).isEqualTo(3);

            rig.send(mode.tcp().extension(Extension.destinationOptions(1_432)).payload(new byte[600]));
            assertThat(rig.batch.segment(0)).isEqualTo(8);
        }
    }

    /** A hop less is a hop less for each of its parts. */
    @ParameterizedTest
    @ValueSource(strings = {"L3DSR", "L3DSR_IPV6"})
    void shouldLetASuperPacketExpire(Mode mode) throws Exception {
        try (Rig rig = rig()) {
            rig.send(mode.tcp().payload(new byte[30_000]).ttl(1));

            assertThat(rig.reading().of(DropReason.TTL_EXPIRED)).isOne();
            assertThat(rig.batch.segment(0)).isEqualTo(Batch.WHOLE);
            assertThat(rig.batch.egress(0)).isEqualTo(Rig.INGRESS);
            assertThat(rig.batch.length(0)).isEqualTo(ETHERNET + (mode.v6 ? 1_280 : 576));
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldDropWhatIsLongerThanTheLinkAndNotTcp(Mode mode) throws Exception {
        try (Rig rig = rig()) {
            rig.send(mode.udp().payload(new byte[Rig.MTU]));
            assertThat(rig.reading().of(DropReason.SUPER_PACKET)).isOne();
            assertThat(rig.batch.egress(0)).isEqualTo(Batch.STAYS);
        }
    }

    /** The capture's slots are as long as the longest packet but for some: what is longer still is not sent in part. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void shouldDropWhatTheCaptureCut(Mode mode) throws Exception {
        try (Rig rig = rig()) {
            assertThat(rig.send(mode.tcp().payload(new byte[900]).build(), true, 0)
                            .reason())
                    .isEqualTo(DropReason.TOO_LARGE);
        }
    }
}
