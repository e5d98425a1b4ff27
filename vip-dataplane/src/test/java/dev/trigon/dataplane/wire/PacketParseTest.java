package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketParseTest {
    private static final int AT = 64;
    private static final int CAPACITY = 512;
    private static final int IP = TestFrame.ETHERNET;

    private final Packet packet = new Packet();

    private Flaw parse(byte[] frame) {
        return parse(frame, frame.length);
    }

    private Flaw parse(byte[] frame, int octets) {
        Flaw flaw = packet.parse(amidJunk(frame, AT, CAPACITY), AT, octets);
        // what is behind may be another's or nothing at all: one octet too far throws
        ByteBuffer bare = ByteBuffer.wrap(Arrays.copyOf(frame, octets));
        assertThat(new Packet().parse(bare, 0, octets)).isEqualTo(flaw);
        return flaw;
    }

    @Test
    void shouldReadTcp() {
        byte[] frame = TestFrame.tcp()
                .from("198.51.100.10", 40_000)
                .to("203.0.113.10", 65_535)
                .flags(TcpHeader.SYN)
                .build();

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.etherType()).isEqualTo(EthernetHeader.TYPE_IPV4);
        assertThat(packet.protocol()).isEqualTo(Ipv4Header.PROTOCOL_TCP);
        assertThat(packet.sourcePort()).isEqualTo(40_000);
        assertThat(packet.destinationPort()).isEqualTo(65_535);
        assertThat(packet.tcp().flags()).isEqualTo(TcpHeader.SYN);
        assertThat(packet.isFragment()).isFalse();
        assertThat(packet.ipLength()).isEqualTo(40);
    }

    @Test
    void shouldFindPortsBehindOptions() {
        for (int octets = 0; octets <= 40; octets += 4) {
            byte[] frame = TestFrame.udp()
                    .from("198.51.100.10", 40_000)
                    .to("203.0.113.10", 53)
                    .ipOptions(new byte[octets])
                    .payload(new byte[5])
                    .build();

            assertThat(parse(frame)).isEqualTo(Flaw.NONE);
            assertThat(packet.sourcePort()).isEqualTo(40_000);
            assertThat(packet.destinationPort()).isEqualTo(53);
            assertThat(packet.ipLength()).isEqualTo(20 + octets + 8 + 5);
        }
    }

    @Test
    void shouldNotCountPadding() {
        byte[] frame = TestFrame.udp().payload(new byte[1]).padTo(60).build();

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.ipLength()).isEqualTo(29);
    }

    @Test
    void shouldLookNoFurtherThanIpInALaterFragment() {
        byte[] frame = TestFrame.tcp().fragment(0x2003).build();
        frame[IP + 20 + 12] = 0; // were it TCP's, a data offset of 0 would be wrong

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.isFragment()).isTrue();
    }

    @Test
    void shouldForgetThePacketBefore() {
        parse(TestFrame.udp().tag(0x88A8, 1).fragment(0x2000).build());
        parse(hex("ffffffffffff 020000000001 88cc"));

        assertThat(packet.etherType()).isEqualTo(0x88CC);
        assertThat(packet.tagOctets()).isZero();
        assertThat(packet.protocol()).isZero();
        assertThat(packet.isFragment()).isFalse();
        assertThat(packet.isFirstFragment()).isFalse();
        assertThat(packet.moreFragments()).isFalse();
        assertThat(packet.fragmentOffset()).isZero();
        assertThat(packet.fragmentOctets()).isZero();
        assertThat(packet.fragmentId()).isZero();
        parse(TestFrame.echoRequest(1, 2).build());
        assertThat(packet.isEchoRequest()).isTrue();
        parse(TestFrame.tcp().build());
        assertThat(packet.isEchoRequest()).isFalse();
        parse(TestFrame.tcp().ipv6().fragment(0, false, 1).build());
        parse(TestFrame.neighborSolicitation("2001:db8:f::10").build());
        assertThat(packet.isNeighborSolicitation()).isTrue();
        parse(TestFrame.tcp().ipv6().build());
        assertThat(packet.isNeighborSolicitation()).isFalse();
        assertThat(parse(new byte[13])).isEqualTo(Flaw.TRUNCATED);
        assertThat(packet.etherType()).isZero();
    }

    static Stream<Arguments> frames() {
        return Stream.of(
                arguments("TCP", TestFrame.tcp().build(), IP + 40),
                arguments("TCP with data", TestFrame.tcp().payload(new byte[9]).build(), IP + 49),
                arguments(
                        "TCP behind options",
                        TestFrame.tcp().ipOptions(new byte[12]).build(),
                        IP + 52),
                arguments("UDP", TestFrame.udp().payload(new byte[3]).build(), IP + 31),
                arguments(
                        "UDP behind options",
                        TestFrame.udp().ipOptions(new byte[40]).build(),
                        IP + 68),
                arguments("UDP, padded", TestFrame.udp().padTo(60).build(), IP + 28),
                arguments("TCP, padded", TestFrame.tcp().padTo(60).build(), IP + 40),
                arguments("another protocol", TestFrame.ip(47).build(), IP + 28),
                arguments("a first fragment", TestFrame.tcp().fragment(0x2000).build(), IP + 44),
                arguments("a later fragment", TestFrame.tcp().fragment(0x2009).build(), IP + 44),
                arguments("an echo request", TestFrame.echoRequest(1, 2).build(), IP + 28),
                arguments("TCP, tagged", TestFrame.tcp().tag(0x8100, 7).build(), IP + 44),
                arguments(
                        "UDP, tagged twice",
                        TestFrame.udp().tag(0x88A8, 7).tag(0x8100, 8).build(),
                        IP + 36),
                arguments("TCP over IPv6", TestFrame.tcp().ipv6().build(), IP + 60),
                arguments(
                        "UDP over IPv6, tagged",
                        TestFrame.udp().ipv6().tag(0x8100, 0xFFFF).build(),
                        IP + 52),
                arguments(
                        "TCP behind all extension headers",
                        TestFrame.tcp()
                                .ipv6()
                                .extension(Extension.hopByHop(8))
                                .extension(Extension.destinationOptions(16))
                                .extension(Extension.routing(2, 0))
                                .fragment(0, true, 7)
                                .extension(Extension.destinationOptions(8))
                                .build(),
                        IP + 40 + 8 + 16 + 24 + 8 + 8 + 24),
                arguments(
                        "an echo request over IPv6",
                        TestFrame.echoRequest6(1, 2).build(),
                        IP + 48),
                arguments(
                        "a neighbour solicitation",
                        TestFrame.neighborSolicitation("2001:db8:f::10", TestFrame.linkLayerOption(1, 2))
                                .padTo(100)
                                .build(),
                        IP + 72),
                arguments("ARP", arp(42), 42),
                arguments("ARP, padded", arp(60), 42),
                arguments("another EtherType", hex("ffffffffffff 020000000001 88cc 6000"), IP),
                arguments(
                        "a third tag",
                        TestFrame.tcp()
                                .tag(0x88A8, 7)
                                .tag(0x8100, 8)
                                .tag(0x8100, 9)
                                .build(),
                        IP + 8));
    }

    private static byte[] arp(int octets) {
        byte[] frame = new byte[octets];
        byte[] request = hex("ffffffffffff 020000000001 0806 0001 0800 06 04 0001");
        System.arraycopy(request, 0, frame, 0, request.length);
        return frame;
    }

    /** Whatever lies behind the end of a frame is another's, and here it is junk. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("frames")
    void shouldFindEveryFrameCutShortTruncated(String what, byte[] frame, int needed) {
        for (int octets = 0; octets < needed; octets++) {
            assertThat(parse(frame, octets)).as("%s: %d octets", what, octets).isEqualTo(Flaw.TRUNCATED);
        }
        for (int octets = needed; octets <= frame.length; octets++) {
            assertThat(parse(frame, octets)).as("%s: %d octets", what, octets).isEqualTo(Flaw.NONE);
        }
    }

    private static UnaryOperator<byte[]> put(int at, int value) {
        return frame -> {
            frame[at] = (byte) value;
            return frame;
        };
    }

    private static UnaryOperator<byte[]> address(int at, String address) {
        return frame -> {
            System.arraycopy(Octets.address(address), 0, frame, at, 4);
            return frame;
        };
    }

    static Stream<Arguments> flaws() {
        byte[] tcp = TestFrame.tcp().payload(new byte[4]).build();
        byte[] udp = TestFrame.udp().payload(new byte[4]).build();
        return Stream.of(
                arguments("from 0.0.0.0", tcp, address(IP + 12, "0.0.0.0"), Flaw.BAD_ADDRESS),
                arguments("from everybody", tcp, address(IP + 12, "255.255.255.255"), Flaw.BAD_ADDRESS),
                arguments("from a group", tcp, address(IP + 12, "239.1.2.3"), Flaw.BAD_ADDRESS),
                arguments("from loopback", tcp, address(IP + 12, "127.0.0.1"), Flaw.BAD_ADDRESS),
                arguments("from the first address", tcp, address(IP + 12, "0.0.0.1"), Flaw.NONE),
                arguments("from before all groups", tcp, address(IP + 12, "223.255.255.255"), Flaw.NONE),
                arguments("from behind all groups", tcp, address(IP + 12, "240.0.0.0"), Flaw.NONE),
                arguments("to a group", tcp, address(IP + 16, "224.0.0.1"), Flaw.NONE),
                arguments("IP version 6", tcp, put(IP, 0x65), Flaw.BAD_IP_HEADER),
                arguments("IP version 0", tcp, put(IP, 0x05), Flaw.BAD_IP_HEADER),
                arguments("IHL 0", tcp, put(IP, 0x40), Flaw.BAD_IP_HEADER),
                arguments("IHL 4", tcp, put(IP, 0x44), Flaw.BAD_IP_HEADER),
                arguments("IHL 4 in half a header", Arrays.copyOf(tcp, IP + 19), put(IP, 0x44), Flaw.TRUNCATED),
                arguments("IHL beyond the total length", udp, put(IP, 0x4F), Flaw.BAD_IP_HEADER),
                arguments("total length below the header's", tcp, put(IP + 3, 19), Flaw.BAD_IP_HEADER),
                arguments("total length beyond the frame", tcp, put(IP + 3, 45), Flaw.TRUNCATED),
                arguments("total length far beyond the frame", tcp, put(IP + 2, 0xFF), Flaw.TRUNCATED),
                arguments("no room for TCP's header", tcp, put(IP + 3, 39), Flaw.TRUNCATED),
                arguments("no room for UDP's header", udp, put(IP + 3, 27), Flaw.TRUNCATED),
                arguments("TCP data offset 0", tcp, put(IP + 32, 0x00), Flaw.BAD_TRANSPORT_HEADER),
                arguments("TCP data offset 4", tcp, put(IP + 32, 0x40), Flaw.BAD_TRANSPORT_HEADER),
                arguments("TCP data offset at the end", tcp, put(IP + 32, 0x60), Flaw.NONE),
                arguments("TCP data offset beyond the end", tcp, put(IP + 32, 0x70), Flaw.BAD_TRANSPORT_HEADER),
                arguments("UDP length 0", udp, put(IP + 25, 0), Flaw.BAD_TRANSPORT_HEADER),
                arguments("UDP length 7", udp, put(IP + 25, 7), Flaw.BAD_TRANSPORT_HEADER),
                arguments("UDP length 8", udp, put(IP + 25, 8), Flaw.NONE),
                arguments("UDP length beyond the packet", udp, put(IP + 25, 13), Flaw.BAD_TRANSPORT_HEADER),
                arguments("UDP length far beyond the packet", udp, put(IP + 24, 0xFF), Flaw.BAD_TRANSPORT_HEADER));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("flaws")
    void shouldNameTheFlaw(String what, byte[] frame, UnaryOperator<byte[]> damage, Flaw flaw) {
        assertThat(parse(damage.apply(frame.clone()))).as(what).isEqualTo(flaw);
    }

    @Test
    void shouldReadBehindTags() {
        byte[] frame = TestFrame.udp()
                .tag(0x88A8, 0xE001)
                .tag(0x8100, 0x0FFF)
                .from("198.51.100.10", 40_000)
                .to("203.0.113.10", 53)
                .build();

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.ethernet().etherType()).isEqualTo(EthernetHeader.TYPE_PROVIDER_VLAN);
        assertThat(packet.etherType()).isEqualTo(EthernetHeader.TYPE_IPV4);
        assertThat(packet.tagOctets()).isEqualTo(8);
        assertThat(packet.isIp()).isTrue();
        assertThat(packet.isIpv6()).isFalse();
        assertThat(packet.ipAt()).isEqualTo(AT + IP + 8);
        assertThat(packet.sourcePort()).isEqualTo(40_000);
        assertThat(packet.destinationPort()).isEqualTo(53);
        assertThat(packet.ipLength()).isEqualTo(28);
    }

    @Test
    void shouldReadArpBehindATag() {
        byte[] frame = hex("ffffffffffff 020000000001 8100 0007 0806 0001 0800 06 04 0001" + "00".repeat(20));

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.etherType()).isEqualTo(EthernetHeader.TYPE_ARP);
        assertThat(packet.arp().isEthernetIpv4()).isTrue();
        assertThat(packet.tagOctets()).isEqualTo(4);
    }

    /** Nobody who is meant for us puts three. */
    @Test
    void shouldNotLookBehindAThirdTag() {
        byte[] frame =
                TestFrame.udp().tag(0x88A8, 1).tag(0x8100, 2).tag(0x8100, 3).build();

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.etherType()).isEqualTo(EthernetHeader.TYPE_VLAN);
        assertThat(packet.tagOctets()).isEqualTo(8);
        assertThat(packet.isIp()).isFalse();
    }

    @Test
    void shouldReadEveryFieldOfIpv4() {
        byte[] frame = TestFrame.tcp()
                .trafficClass(0xBB)
                .ttl(254)
                .from("198.51.100.10", 1)
                .to("255.255.255.255", 2)
                .build();

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.sourceHigh()).isZero();
        assertThat(packet.sourceLow()).isEqualTo(0xFFFF_C633_640AL);
        assertThat(packet.destinationHigh()).isZero();
        assertThat(packet.destinationLow()).isEqualTo(0xFFFF_FFFF_FFFFL);
        assertThat(packet.dscp()).isEqualTo(46);
        assertThat(packet.hopLimit()).isEqualTo(254);
        assertThat(packet.dontFragment()).isTrue();
        assertThat(packet.transportAt()).isEqualTo(AT + IP + 20);
        assertThat(packet.transportLength()).isEqualTo(20);
        parse(TestFrame.tcp().fragment(0).build());
        assertThat(packet.dontFragment()).isFalse();
    }

    /** A merged super-packet is longer than any link carries, and a packet like any other. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadTheLongestPacketThereIs(boolean v6) {
        TestFrame frame = v6 ? TestFrame.tcp().ipv6() : TestFrame.tcp();
        byte[] octets = frame.tag(0x88A8, 1)
                .tag(0x8100, 2)
                .payload(new byte[v6 ? 65_515 : 65_495])
                .build();

        assertThat(packet.parse(ByteBuffer.wrap(octets), 0, octets.length)).isEqualTo(Flaw.NONE);
        assertThat(packet.ipLength()).isEqualTo(v6 ? 65_575 : 65_535);
        assertThat(packet.transportLength()).isEqualTo(v6 ? 65_535 : 65_515);
        assertThat(packet.sourcePort()).isEqualTo(40_000);
    }

    @Test
    void shouldTellWhatIsBetweenTheHeaders() {
        assertThat(isPlain(TestFrame.tcp())).isTrue();
        assertThat(isPlain(TestFrame.tcp().ipOptions(new byte[4]))).isFalse();
        assertThat(isPlain(TestFrame.tcp().ipv6())).isTrue();
        assertThat(isPlain(TestFrame.tcp().ipv6().fragment(0, true, 1))).isTrue();
        assertThat(isPlain(TestFrame.tcp().ipv6().extension(Extension.hopByHop(8))))
                .isFalse();
    }

    private boolean isPlain(TestFrame frame) {
        assertThat(parse(frame.build())).isEqualTo(Flaw.NONE);
        return packet.hasPlainHeader();
    }

    @Test
    void shouldCountWhatTcpCarries() {
        parse(TestFrame.tcp()
                .tcpOptions(new byte[12])
                .payload(new byte[5])
                .padTo(100)
                .build());

        assertThat(packet.tcpPayloadLength()).isEqualTo(5);
        assertThat(packet.isIcmp()).isFalse();
        parse(TestFrame.echoRequest(1, 2).build());
        assertThat(packet.isIcmp()).isTrue();
    }
}
