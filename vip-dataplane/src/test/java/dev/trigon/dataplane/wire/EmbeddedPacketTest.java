package dev.trigon.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EmbeddedPacketTest {
    private static final String VIP = "203.0.113.10";
    private static final String CLIENT = "198.51.100.10";
    private static final String VIP6 = "2001:db8:f::10";
    private static final String CLIENT6 = "2001:db8:c::10";
    private static final int ALL = Integer.MAX_VALUE;

    private final Packet packet = new Packet();

    private static TestFrame reply(TestFrame transport) {
        return transport.from(VIP, 443).to(CLIENT, 40_000).payload(new byte[64]);
    }

    private static TestFrame reply6(TestFrame transport) {
        return transport.from(VIP6, 443).to(CLIENT6, 40_000).payload(new byte[64]);
    }

    private static TestFrame error(TestFrame about, int octets) {
        boolean v6 = (about.packet()[0] & 0xF0) == 0x60;
        return v6
                ? TestFrame.icmpError(2, 0, 1_280, about, octets)
                        .from("2001:db8:c::1", 0)
                        .to(VIP6, 0)
                : TestFrame.icmpError(3, 4, 1_280, about, octets)
                        .from("198.51.100.1", 0)
                        .to(VIP, 0);
    }

    private Flaw parse(byte[] frame) {
        // no octet more than the frame has: one too far throws
        assertThat(packet.parse(ByteBuffer.wrap(frame), 0, frame.length)).isEqualTo(Flaw.NONE);
        assertThat(packet.isIcmpError()).isTrue();
        assertThat(packet.isIcmpChecksumRight()).isTrue();
        return packet.parseEmbedded();
    }

    static Stream<Arguments> embedded() {
        return Stream.of(
                arguments("TCP", reply(TestFrame.tcp()), 28),
                arguments("UDP", reply(TestFrame.udp()), 28),
                arguments("TCP behind options", reply(TestFrame.tcp()).ipOptions(new byte[40]), 68),
                arguments("the first fragment of UDP", reply(TestFrame.udp()).fragment(0x2000), 28),
                arguments("TCP over IPv6", reply6(TestFrame.tcp()), 48),
                arguments("UDP over IPv6", reply6(TestFrame.udp()), 48),
                arguments(
                        "TCP behind extension headers",
                        reply6(TestFrame.tcp())
                                .extension(Extension.hopByHop(8))
                                .extension(Extension.routing(3, 0))
                                .extension(Extension.destinationOptions(16)),
                        40 + 8 + 24 + 16 + 8),
                arguments(
                        "the first fragment over IPv6", reply6(TestFrame.udp()).fragment(0, true, 9), 56),
                arguments(
                        "a packet in two tags",
                        reply6(TestFrame.tcp()).tag(0x88A8, 5).tag(0x8100, 6),
                        48));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("embedded")
    void shouldReadWhereverThePacketIsCutOff(String what, TestFrame about, int needed) {
        for (int octets = 0; octets < needed; octets++) {
            assertThat(parse(error(about, octets).build()))
                    .as("%s: %d octets", what, octets)
                    .isEqualTo(Flaw.TRUNCATED);
        }
        int whole = about.packet().length;
        for (int octets = needed; octets <= whole; octets++) {
            assertThat(parse(error(about, octets).build()))
                    .as("%s: %d octets", what, octets)
                    .isEqualTo(Flaw.NONE);
            EmbeddedPacket embedded = packet.embedded();
            assertThat(embedded.hasPorts()).isTrue();
            assertThat(embedded.sourceHigh()).isEqualTo(packet.destinationHigh());
            assertThat(embedded.sourceLow()).isEqualTo(packet.destinationLow());
            assertThat(IpAddress.toInetAddress(embedded.destinationHigh(), embedded.destinationLow())
                            .getHostAddress())
                    .isIn(CLIENT, "2001:db8:c:0:0:0:0:10");
            assertThat(embedded.sourcePort()).isEqualTo(443);
            assertThat(embedded.destinationPort()).isEqualTo(40_000);
            assertThat(embedded.protocol()).isIn(6, 17);
            assertThat(embedded.isFragment()).isEqualTo(what.contains("fragment"));
        }
    }

    static Stream<Arguments> portless() {
        return Stream.of(
                arguments("an echo reply", TestFrame.icmp(0, 0, 0x0001_0002).from(VIP, 0), 1, false),
                arguments(
                        "an echo reply over IPv6",
                        TestFrame.icmp(129, 0, 0x0001_0002).from(VIP6, 0),
                        58,
                        false),
                arguments("a fragment from the middle", reply(TestFrame.udp()).fragment(0x2010), 17, true),
                arguments(
                        "a fragment from the middle over IPv6",
                        reply6(TestFrame.udp()).fragment(80, true, 9),
                        17,
                        true),
                arguments("GRE", TestFrame.ip(47).from(VIP, 0), 47, false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("portless")
    void shouldFindNoPortsWhereNoneAre(String what, TestFrame about, int protocol, boolean fragment) {
        assertThat(parse(error(about, ALL).build())).as(what).isEqualTo(Flaw.NONE);
        assertThat(packet.embedded().hasPorts()).isFalse();
        assertThat(packet.embedded().protocol()).isEqualTo(protocol);
        assertThat(packet.embedded().isFragment()).isEqualTo(fragment);
    }

    @Test
    void shouldForgetThePacketBefore() {
        for (TestFrame before : List.of(
                reply(TestFrame.udp()).fragment(0x2010), reply6(TestFrame.udp()).fragment(80, true, 9))) {
            parse(error(before, ALL).build());
            assertThat(packet.embedded().hasPorts()).isFalse();
            parse(error(reply(TestFrame.tcp()), ALL).build());
            assertThat(packet.embedded().hasPorts()).isTrue();
            assertThat(packet.embedded().isFragment()).isFalse();
        }
    }

    @Test
    void shouldTellAPingAndItsAnswer() {
        for (int type : new int[] {0, 8, 128, 129}) {
            parse(error(TestFrame.icmp(type, 0, 1).from(VIP, 0), ALL).build());
            assertThat(packet.embedded().isEchoReply()).isEqualTo(type == 0);
            assertThat(packet.embedded().isEchoRequest()).isEqualTo(type == 8);
            parse(error(TestFrame.icmp(type, 0, 1).from(VIP6, 0), ALL).build());
            assertThat(packet.embedded().isEchoReply()).isEqualTo(type == 129);
            assertThat(packet.embedded().isEchoRequest()).isEqualTo(type == 128);
        }
        parse(error(TestFrame.icmp(0, 0, 1).from(VIP, 0).fragment(0x0010), ALL).build());
        assertThat(packet.embedded().isEchoReply()).isFalse();
        parse(error(TestFrame.icmp(8, 0, 1).from(VIP, 0).fragment(0x0010), ALL).build());
        assertThat(packet.embedded().isEchoRequest()).isFalse();
        parse(error(reply(TestFrame.udp()).from(VIP, 0), ALL).build());
        assertThat(packet.embedded().isEchoReply()).isFalse();
        assertThat(packet.embedded().isEchoRequest()).isFalse();
    }

    static Stream<Arguments> flaws() {
        return Stream.of(
                arguments("IPv6 in ICMP", reply(TestFrame.tcp()), 0, 0x65, Flaw.BAD_IP_HEADER),
                arguments("IHL 4", reply(TestFrame.tcp()), 0, 0x44, Flaw.BAD_IP_HEADER),
                arguments("options beyond the packet", TestFrame.tcp().from(VIP, 1), 0, 0x4F, Flaw.BAD_IP_HEADER),
                arguments("total length below the header's", reply(TestFrame.tcp()), 3, 19, Flaw.BAD_IP_HEADER),
                arguments("no room for ports", reply(TestFrame.tcp()), 3, 27, Flaw.TRUNCATED),
                arguments("total length beyond what is here", reply(TestFrame.tcp()), 2, 0xFF, Flaw.NONE),
                arguments("IPv4 in ICMPv6", reply6(TestFrame.tcp()), 0, 0x45, Flaw.BAD_IP_HEADER),
                arguments("payload too short for ports", reply6(TestFrame.tcp()), 5, 7, Flaw.TRUNCATED),
                arguments("payload beyond what is here", reply6(TestFrame.tcp()), 4, 0xFF, Flaw.NONE),
                arguments(
                        "a routing header that leads on",
                        reply6(TestFrame.tcp()).extension(Extension.routing(3, 0)),
                        43,
                        1,
                        Flaw.BAD_EXTENSION_HEADERS),
                arguments(
                        "an extension header beyond the cut",
                        reply6(TestFrame.tcp()).extension(Extension.destinationOptions(8)),
                        41,
                        10,
                        Flaw.TRUNCATED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("flaws")
    void shouldNameTheFlaw(String what, TestFrame about, int at, int value, Flaw flaw) {
        byte[] frame = error(about, 80).build();
        int embeddedAt = error(about, 80).transportAt() + 8;
        frame[embeddedAt + at] = (byte) value;

        packet.parse(ByteBuffer.wrap(frame), 0, frame.length);

        assertThat(packet.parseEmbedded()).as(what).isEqualTo(flaw);
    }

    /** Of all the places an address has in IPv6, only the mapped one could be mistaken for another. */
    @Test
    void shouldRefuseAMappedAddress() {
        byte[] frame = error(reply6(TestFrame.tcp()), ALL).build();
        int embeddedAt = 14 + 40 + 8;
        byte[] mapped = ByteBuffer.allocate(16)
                .putLong(0)
                .putLong(IpAddress.mapped(Octets.ip(VIP)))
                .array();
        for (int at : new int[] {8, 24}) {
            byte[] bad = frame.clone();
            System.arraycopy(mapped, 0, bad, embeddedAt + at, 16);
            packet.parse(ByteBuffer.wrap(bad), 0, bad.length);
            assertThat(packet.parseEmbedded()).isEqualTo(Flaw.BAD_ADDRESS);
        }
    }

    /** RFC 4884: the embedded packet is filled up with zeros, and something else follows. */
    @Test
    void shouldNotTakePaddingForPorts() {
        byte[] shorter = Arrays.copyOf(reply(TestFrame.udp()).packet(), 27);
        shorter[3] = 27;
        byte[] padded = Arrays.copyOf(shorter, 128);

        TestFrame error = TestFrame.icmp(11, 0, 0x0020_0000).payload(padded);

        assertThat(parse(error.build())).isEqualTo(Flaw.TRUNCATED);
    }
}
