package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.high;
import static dev.trigon.dataplane.wire.Octets.low;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class Ipv6ParseTest {
    private static final int AT = 64;
    private static final int CAPACITY = 640;
    private static final int IP = TestFrame.ETHERNET;
    private static final String MAPPED = "0000 0000 0000 0000 0000 ffff cb00 710a";

    private final Packet packet = new Packet();

    private Flaw parse(byte[] frame) {
        Flaw flaw = packet.parse(amidJunk(frame, AT, CAPACITY), AT, frame.length);
        assertThat(new Packet().parse(ByteBuffer.wrap(frame), 0, frame.length)).isEqualTo(flaw);
        return flaw;
    }

    private static TestFrame tcp() {
        return TestFrame.tcp().ipv6().payload(new byte[4]);
    }

    @Test
    void shouldReadGoldenOctets() {
        byte[] frame = hex(
                "02 00 00 00 00 02", // destination MAC
                "02 00 00 00 00 01", // source MAC
                "86 dd", // IPv6
                "6 bb 12345", // version, traffic class, flow label
                "00 18", // payload length
                "3c", // next header: destination options
                "40", // hop limit
                "2001 0db8 000c 0000 0000 0000 0000 0010", // source
                "2001 0db8 000f 0000 0000 0000 0000 0010", // destination
                "11", // next header: UDP
                "00", // eight octets
                "01 04 00 00 00 00", // padding
                "9c 40", // source port
                "00 35", // destination port
                "00 10", // length
                "00 00", // checksum
                "01 02 03 04 05 06 07 08"); // data

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.isIp()).isTrue();
        assertThat(packet.isIpv6()).isTrue();
        assertThat(packet.etherType()).isEqualTo(EthernetHeader.TYPE_IPV6);
        assertThat(packet.sourceHigh()).isEqualTo(high("2001:db8:c::10"));
        assertThat(packet.sourceLow()).isEqualTo(low("2001:db8:c::10"));
        assertThat(packet.destinationHigh()).isEqualTo(high("2001:db8:f::10"));
        assertThat(packet.destinationLow()).isEqualTo(low("2001:db8:f::10"));
        assertThat(packet.protocol()).isEqualTo(17);
        assertThat(packet.hopLimit()).isEqualTo(64);
        assertThat(packet.dscp()).isEqualTo(46);
        assertThat(packet.dontFragment()).isTrue();
        assertThat(packet.ipLength()).isEqualTo(64);
        assertThat(packet.ipAt()).isEqualTo(AT + IP);
        assertThat(packet.transportAt()).isEqualTo(AT + IP + 48);
        assertThat(packet.transportLength()).isEqualTo(16);
        assertThat(packet.sourcePort()).isEqualTo(40_000);
        assertThat(packet.destinationPort()).isEqualTo(53);
        assertThat(packet.isFragment()).isFalse();
        assertThat(packet.ipv6().flowLabel()).isEqualTo(0x12345);
    }

    @Test
    void shouldNotCountPadding() {
        assertThat(parse(TestFrame.udp().ipv6().padTo(100).build())).isEqualTo(Flaw.NONE);
        assertThat(packet.ipLength()).isEqualTo(48);
    }

    static Stream<Arguments> chains() {
        Extension hopByHop = Extension.hopByHop(8);
        Extension options = Extension.destinationOptions(8);
        Extension routing = Extension.routing(4, 0);
        TestFrame eight = tcp();
        TestFrame nine = tcp();
        for (int i = 0; i < 9; i++) {
            nine.extension(options);
            if (i < 8) {
                eight.extension(options);
            }
        }
        return Stream.of(
                arguments("hop-by-hop", tcp().extension(hopByHop), Flaw.NONE),
                arguments("hop-by-hop of 64 octets", tcp().extension(Extension.hopByHop(64)), Flaw.NONE),
                arguments("destination options", tcp().extension(options), Flaw.NONE),
                arguments("a routing header that was travelled", tcp().extension(routing), Flaw.NONE),
                arguments("an atomic fragment", tcp().fragment(0, false, 7), Flaw.NONE),
                arguments(
                        "all, as RFC 8200 orders them",
                        tcp().extension(hopByHop)
                                .extension(options)
                                .extension(routing)
                                .fragment(0, false, 7)
                                .extension(options),
                        Flaw.NONE),
                arguments(
                        "another order",
                        tcp().extension(options).extension(routing).extension(options),
                        Flaw.NONE),
                arguments("eight headers", eight, Flaw.NONE),
                arguments("nine headers", nine, Flaw.BAD_EXTENSION_HEADERS),
                arguments(
                        "hop-by-hop behind another",
                        tcp().extension(options).extension(hopByHop),
                        Flaw.BAD_EXTENSION_HEADERS),
                arguments(
                        "hop-by-hop twice", tcp().extension(hopByHop).extension(hopByHop), Flaw.BAD_EXTENSION_HEADERS),
                arguments(
                        "a routing header that leads on",
                        tcp().extension(Extension.routing(4, 1)),
                        Flaw.BAD_EXTENSION_HEADERS),
                arguments(
                        "routing type 0 that leads on",
                        tcp().extension(Extension.routing(0, 1)),
                        Flaw.BAD_EXTENSION_HEADERS),
                arguments("routing type 0", tcp().extension(Extension.routing(0, 0)), Flaw.BAD_EXTENSION_HEADERS),
                arguments(
                        "two fragment headers",
                        tcp().fragment(0, false, 7).fragment(0, false, 7),
                        Flaw.BAD_EXTENSION_HEADERS));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("chains")
    void shouldWalkExtensionHeaders(String what, TestFrame frame, Flaw flaw) {
        assertThat(parse(frame.build())).as(what).isEqualTo(flaw);
        if (flaw == Flaw.NONE) {
            assertThat(packet.protocol()).isEqualTo(6);
            assertThat(packet.transportAt()).isEqualTo(AT + frame.transportAt());
            assertThat(packet.transportLength()).isEqualTo(24);
            assertThat(packet.destinationPort()).isEqualTo(80);
            assertThat(packet.isFragment()).isFalse();
        }
    }

    /** No next header, AH, ESP, mobility, and ICMP of the other family: told, and not looked into. */
    @ParameterizedTest
    @CsvSource({"59", "51", "50", "135", "1", "132", "136", "255"})
    void shouldLeaveOtherHeadersToTheUpperLayer(int number) {
        byte[] frame = TestFrame.ip(number).ipv6().build();

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.protocol()).isEqualTo(number);
        assertThat(packet.transportLength()).isEqualTo(8);
        assertThat(packet.isEchoRequest()).isFalse();
        assertThat(packet.isIcmpError()).isFalse();
    }

    static Stream<Arguments> flaws() {
        byte[] plain = tcp().build();
        byte[] udp = TestFrame.udp().ipv6().payload(new byte[4]).build();
        byte[] options = tcp().extension(Extension.destinationOptions(8)).build();
        return Stream.of(
                arguments("version 4", plain, IP, "45", Flaw.BAD_IP_HEADER),
                arguments("version 7", plain, IP, "70", Flaw.BAD_IP_HEADER),
                arguments("payload length 0", plain, IP + 4, "0000", Flaw.BAD_IP_HEADER),
                arguments("a jumbogram", plain, IP + 4, "0000 00", Flaw.BAD_IP_HEADER),
                arguments("payload length beyond the frame", plain, IP + 4, "0019", Flaw.TRUNCATED),
                arguments("payload length far beyond the frame", plain, IP + 4, "ffff", Flaw.TRUNCATED),
                arguments("no room for TCP's header", plain, IP + 4, "0013", Flaw.TRUNCATED),
                arguments("no room for UDP's header", udp, IP + 4, "0007", Flaw.TRUNCATED),
                arguments("TCP data offset 4", plain, IP + 52, "40", Flaw.BAD_TRANSPORT_HEADER),
                arguments("TCP data offset at the end", plain, IP + 52, "60", Flaw.NONE),
                arguments("TCP data offset beyond the end", plain, IP + 52, "70", Flaw.BAD_TRANSPORT_HEADER),
                arguments("UDP length 0", udp, IP + 44, "0000", Flaw.BAD_TRANSPORT_HEADER),
                arguments("UDP length 8", udp, IP + 44, "0008", Flaw.NONE),
                arguments("UDP length beyond the packet", udp, IP + 44, "000d", Flaw.BAD_TRANSPORT_HEADER),
                arguments("an extension header at the end", options, IP + 41, "03", Flaw.TRUNCATED),
                arguments("an extension header beyond the end", options, IP + 41, "04", Flaw.BAD_EXTENSION_HEADERS),
                arguments("one far beyond the end", options, IP + 41, "ff", Flaw.BAD_EXTENSION_HEADERS),
                arguments("no room for an extension header", options, IP + 4, "0007", Flaw.BAD_EXTENSION_HEADERS),
                arguments("from an IPv4 address", plain, IP + 8, MAPPED, Flaw.BAD_ADDRESS),
                arguments("to an IPv4 address", plain, IP + 24, MAPPED, Flaw.BAD_ADDRESS),
                arguments("from a group", plain, IP + 8, "ff02", Flaw.BAD_ADDRESS),
                arguments("from nowhere", plain, IP + 8, "00".repeat(16), Flaw.BAD_ADDRESS),
                arguments("from nowhere to a group", plain, IP + 8, "00".repeat(16) + "ff02", Flaw.NONE),
                arguments("from loopback", plain, IP + 8, "00".repeat(15) + "01", Flaw.BAD_ADDRESS),
                arguments("from loopback to a group", plain, IP + 8, "00".repeat(15) + "01 ff02", Flaw.BAD_ADDRESS),
                arguments("from an address that is almost mapped", plain, IP + 8, "00".repeat(10) + "fffe", Flaw.NONE),
                arguments("to a group", plain, IP + 24, "ff02", Flaw.NONE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("flaws")
    void shouldNameTheFlaw(String what, byte[] frame, int at, String octets, Flaw flaw) {
        byte[] damaged = frame.clone();
        byte[] put = hex(octets);
        System.arraycopy(put, 0, damaged, at, put.length);

        assertThat(parse(damaged)).as(what).isEqualTo(flaw);
    }
}
