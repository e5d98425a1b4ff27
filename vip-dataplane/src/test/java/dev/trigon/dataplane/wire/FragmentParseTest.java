package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FragmentParseTest {
    private static final int AT = 64;
    private static final int IP = TestFrame.ETHERNET;
    private static final int V6 = IP + 40;

    private final Packet packet = new Packet();

    private Flaw parse(byte[] frame) {
        Flaw flaw = packet.parse(amidJunk(frame, AT, AT + 9_100), AT, frame.length);
        assertThat(new Packet().parse(ByteBuffer.wrap(frame), 0, frame.length)).isEqualTo(flaw);
        return flaw;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadEveryFragmentOfADatagram(boolean v6) {
        TestFrame datagram = TestFrame.udp().identification(0xFEDC).payload(new byte[8_000]);
        List<byte[]> frames = (v6 ? datagram.ipv6() : datagram).fragments(1_448);

        assertThat(frames).hasSize(6);
        for (int i = 0; i < 6; i++) {
            assertThat(parse(frames.get(i))).isEqualTo(Flaw.NONE);
            assertThat(packet.isFragment()).isTrue();
            assertThat(packet.isFirstFragment()).isEqualTo(i == 0);
            assertThat(packet.moreFragments()).isEqualTo(i < 5);
            assertThat(packet.fragmentOffset()).isEqualTo(i * 1_448);
            assertThat(packet.fragmentOctets()).isEqualTo(i < 5 ? 1_448 : 8_008 - 5 * 1_448);
            assertThat(packet.fragmentId()).isEqualTo(0xFEDC);
            assertThat(packet.protocol()).isEqualTo(17);
        }
        parse(frames.get(0));
        assertThat(packet.sourcePort()).isEqualTo(40_000);
        assertThat(packet.destinationPort()).isEqualTo(80);
    }

    @Test
    void shouldReadAnIdentificationOf32BitsInIpv6() {
        parse(TestFrame.udp().ipv6().fragment(0, true, 0xFEDC_BA98).build());

        assertThat(packet.fragmentId()).isEqualTo(0xFEDC_BA98);
    }

    /** RFC 8200, section 4.5: the extension headers for the destination are in the first fragment alone. */
    @Test
    void shouldCountExtensionHeadersBehindTheFragmentHeaderToTheFragment() {
        List<byte[]> frames = TestFrame.udp()
                .ipv6()
                .extension(Extension.hopByHop(8))
                .extension(Extension.destinationOptions(16))
                .payload(new byte[40])
                .fragments(32);

        assertThat(parse(frames.get(0))).isEqualTo(Flaw.NONE);
        assertThat(packet.isFirstFragment()).isTrue();
        assertThat(packet.protocol()).isEqualTo(17);
        assertThat(packet.fragmentOctets()).isEqualTo(32);
        assertThat(packet.transportLength()).isEqualTo(16);
        assertThat(packet.destinationPort()).isEqualTo(80);
        assertThat(parse(frames.get(1))).isEqualTo(Flaw.NONE);
        assertThat(packet.isFirstFragment()).isFalse();
        assertThat(packet.protocol()).isEqualTo(Extension.DESTINATION_OPTIONS);
        assertThat(packet.fragmentOctets()).isEqualTo(32);
        assertThat(packet.transportLength()).isEqualTo(32);
    }

    /** RFC 6946. */
    @Test
    void shouldTakeAnAtomicFragmentForAWholePacket() {
        assertThat(parse(TestFrame.tcp().ipv6().fragment(0, false, 9).build())).isEqualTo(Flaw.NONE);
        assertThat(packet.isFragment()).isFalse();
        assertThat(packet.isFirstFragment()).isFalse();
        assertThat(packet.fragmentId()).isZero();
        assertThat(packet.destinationPort()).isEqualTo(80);
    }

    @Test
    void shouldReadAnEchoRequestInAFirstFragmentOnly() {
        List<byte[]> frames = TestFrame.echoRequest(1, 2).payload(new byte[64]).fragments(48);
        parse(frames.get(0));
        assertThat(packet.isEchoRequest()).isTrue();
        frames.get(1)[IP + 20] = 8; // a payload that looks like one
        parse(frames.get(1));
        assertThat(packet.isEchoRequest()).isFalse();
        assertThat(packet.isIcmpError()).isFalse();
    }

    private static Arguments row(Flaw flaw, String what, byte[] frame) {
        return arguments(flaw, what, frame);
    }

    private static byte[] put(TestFrame frame, int at, int... octets) {
        byte[] built = frame.build();
        for (int i = 0; i < octets.length; i++) {
            built[at + i] = (byte) octets[i];
        }
        return built;
    }

    /** The first of a datagram's fragments when each has so many octets. */
    private static byte[] first(TestFrame datagram, int octets) {
        return datagram.fragments(octets).get(0);
    }

    private static TestFrame tcp() {
        return TestFrame.tcp().payload(new byte[20]);
    }

    private static TestFrame udp() {
        return TestFrame.udp().payload(new byte[40]);
    }

    static Stream<Arguments> ipv4() {
        return Stream.of(
                row(Flaw.NONE, "TCP's header and a bit", first(tcp(), 24)),
                row(Flaw.TINY_FRAGMENT, "16 octets of TCP", first(tcp(), 16)),
                row(Flaw.TINY_FRAGMENT, "8 octets of TCP", first(tcp(), 8)),
                row(Flaw.NONE, "all of TCP's options", first(tcp().tcpOptions(new byte[12]), 32)),
                row(Flaw.TINY_FRAGMENT, "some of TCP's options", first(tcp().tcpOptions(new byte[12]), 24)),
                row(Flaw.BAD_TRANSPORT_HEADER, "TCP data offset 4", put(tcp().fragment(0x2000), IP + 32, 0x40)),
                row(Flaw.NONE, "UDP's header alone", first(udp(), 8)),
                row(Flaw.BAD_TRANSPORT_HEADER, "UDP length 7", put(udp().fragment(0x2000), IP + 24, 0, 7)),
                row(Flaw.NONE, "UDP length beyond the fragment", put(udp().fragment(0x2000), IP + 24, 0xFF, 0xE3)),
                row(
                        Flaw.NONE,
                        "ICMP's header alone",
                        first(TestFrame.echoRequest(1, 2).payload(new byte[9]), 8)),
                row(Flaw.TINY_FRAGMENT, "TCP at octet 8", tcp().fragment(0x0001).build()),
                row(
                        Flaw.TINY_FRAGMENT,
                        "TCP at octet 8, with more behind",
                        tcp().fragment(0x2001).build()),
                row(
                        Flaw.TINY_FRAGMENT,
                        "TCP at octet 16",
                        tcp().fragment(0x0002).build()),
                row(Flaw.NONE, "TCP at octet 24", tcp().fragment(0x0003).build()),
                row(Flaw.NONE, "UDP at octet 8", udp().fragment(0x0001).build()),
                row(Flaw.BAD_IP_HEADER, "41 octets, and more behind", put(udp().fragment(0x2010), IP + 2, 0, 61)),
                row(Flaw.NONE, "41 octets at the end", put(udp().fragment(0x0010), IP + 2, 0, 61)),
                row(Flaw.BAD_IP_HEADER, "nothing", put(udp().fragment(0x0010), IP + 2, 0, 20)),
                row(Flaw.BAD_IP_HEADER, "nothing first", put(udp().fragment(0x2000), IP + 2, 0, 20)),
                // 20 octets of header, 65,512 octets before, 3 here
                row(Flaw.NONE, "up to octet 65,535", put(udp().fragment(0x1FFD), IP + 2, 0, 23)),
                row(Flaw.BAD_IP_HEADER, "beyond octet 65,535", put(udp().fragment(0x1FFD), IP + 2, 0, 24)),
                row(
                        Flaw.BAD_IP_HEADER,
                        "far beyond octet 65,535",
                        udp().fragment(0x1FFF).build()),
                row(Flaw.NONE, "another protocol", first(TestFrame.ip(47).payload(new byte[16]), 8)));
    }

    static Stream<Arguments> ipv6() {
        Extension options = Extension.destinationOptions(16);
        return Stream.of(
                row(Flaw.NONE, "TCP's header and a bit", first(tcp().ipv6(), 24)),
                row(Flaw.TINY_FRAGMENT, "16 octets of TCP", first(tcp().ipv6(), 16)),
                row(Flaw.TINY_FRAGMENT, "8 octets of TCP", first(tcp().ipv6(), 8)),
                row(
                        Flaw.TINY_FRAGMENT,
                        "some of TCP's options",
                        first(tcp().ipv6().tcpOptions(new byte[12]), 24)),
                row(Flaw.NONE, "UDP's header alone", first(udp().ipv6(), 8)),
                row(Flaw.NONE, "the whole chain", first(udp().ipv6().extension(options), 24)),
                row(
                        Flaw.TINY_FRAGMENT,
                        "the chain without UDP",
                        first(udp().ipv6().extension(options), 16)),
                row(
                        Flaw.TINY_FRAGMENT,
                        "a part of the chain",
                        first(udp().ipv6().extension(options), 8)),
                row(
                        Flaw.NONE,
                        "a later part of the chain",
                        udp().ipv6().extension(options).fragments(8).get(1)),
                row(
                        Flaw.NONE,
                        "ICMPv6's header alone",
                        first(TestFrame.echoRequest6(1, 2).payload(new byte[9]), 8)),
                row(
                        Flaw.TINY_FRAGMENT,
                        "TCP at octet 8",
                        tcp().ipv6().fragment(8, false, 1).build()),
                row(
                        Flaw.TINY_FRAGMENT,
                        "TCP at octet 16",
                        tcp().ipv6().fragment(16, true, 1).build()),
                row(
                        Flaw.NONE,
                        "TCP at octet 24",
                        tcp().ipv6().fragment(24, false, 1).build()),
                row(
                        Flaw.NONE,
                        "UDP at octet 8",
                        udp().ipv6().fragment(8, false, 1).build()),
                row(
                        Flaw.BAD_EXTENSION_HEADERS,
                        "41 octets, and more behind",
                        put(udp().ipv6().fragment(80, true, 1), IP + 4, 0, 49)),
                row(Flaw.NONE, "41 octets at the end", put(udp().ipv6().fragment(80, false, 1), IP + 4, 0, 49)),
                row(Flaw.BAD_EXTENSION_HEADERS, "nothing", put(udp().ipv6().fragment(80, false, 1), IP + 4, 0, 8)),
                row(
                        Flaw.BAD_EXTENSION_HEADERS,
                        "nothing first",
                        put(udp().ipv6().fragment(0, true, 1), IP + 4, 0, 8)),
                row(Flaw.NONE, "up to octet 65,535", put(udp().ipv6().fragment(65_528, false, 1), IP + 4, 0, 15)),
                row(
                        Flaw.BAD_EXTENSION_HEADERS,
                        "beyond octet 65,535",
                        put(udp().ipv6().fragment(65_528, false, 1), IP + 4, 0, 16)),
                row(
                        Flaw.BAD_EXTENSION_HEADERS,
                        "beyond octet 65,535 by a header before",
                        put(udp().ipv6().extension(Extension.hopByHop(8)).fragment(65_528, false, 1), IP + 4, 0, 23)),
                row(Flaw.NONE, "with reserved bits set", put(udp().ipv6().fragment(0, true, 1), V6 + 1, 0xFF, 0, 7)));
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("ipv4")
    void shouldJudgeFragmentsOfIpv4(Flaw flaw, String what, byte[] frame) {
        assertThat(parse(frame)).as(what).isEqualTo(flaw);
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("ipv6")
    void shouldJudgeFragmentsOfIpv6(Flaw flaw, String what, byte[] frame) {
        assertThat(parse(frame)).as(what).isEqualTo(flaw);
    }
}
