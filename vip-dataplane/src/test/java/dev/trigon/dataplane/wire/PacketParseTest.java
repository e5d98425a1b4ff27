package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PacketParseTest {
    private static final int AT = 64;
    private static final int CAPACITY = 512;
    private static final int IP = TestFrame.ETHERNET;
    private static final int INPUTS = 300_000;

    private final Packet packet = new Packet();

    private Flaw parse(byte[] frame) {
        return parse(frame, frame.length);
    }

    private Flaw parse(byte[] frame, int octets) {
        return packet.parse(amidJunk(frame, AT, CAPACITY), AT, octets);
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
        assertThat(packet.tcpFlags()).isEqualTo(TcpHeader.SYN);
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
    void shouldLookNoFurtherThanIpInAFragment() {
        byte[] frame = TestFrame.tcp().fragment(0x2000).build();
        frame[IP + 20 + 12] = 0; // were it TCP's, a data offset of 0 would be wrong

        assertThat(parse(frame)).isEqualTo(Flaw.NONE);
        assertThat(packet.isFragment()).isTrue();
    }

    @Test
    void shouldForgetThePacketBefore() {
        parse(TestFrame.udp().fragment(0x2000).build());
        parse(hex("ffffffffffff 020000000001 86dd"));

        assertThat(packet.etherType()).isEqualTo(0x86DD);
        assertThat(packet.protocol()).isZero();
        assertThat(packet.isFragment()).isFalse();
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
                arguments("a fragment", TestFrame.tcp().fragment(0x2000).build(), IP + 40),
                arguments("ARP", arp(42), 42),
                arguments("ARP, padded", arp(60), 42),
                arguments("another EtherType", hex("ffffffffffff 020000000001 86dd 6000"), IP));
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

    static Stream<Arguments> flaws() {
        byte[] tcp = TestFrame.tcp().payload(new byte[4]).build();
        byte[] udp = TestFrame.udp().payload(new byte[4]).build();
        return Stream.of(
                arguments("IP version 6", tcp, put(IP, 0x65), Flaw.BAD_IP_HEADER),
                arguments("IP version 0", tcp, put(IP, 0x05), Flaw.BAD_IP_HEADER),
                arguments("IHL 0", tcp, put(IP, 0x40), Flaw.BAD_IP_HEADER),
                arguments("IHL 4", tcp, put(IP, 0x44), Flaw.BAD_IP_HEADER),
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
    void shouldEndRandomOctetsInAFlawAndNotInAnException() {
        long seed = System.nanoTime();
        System.out.println("PacketParseTest seed " + seed);
        Random random = new Random(seed);
        Map<Flaw, Integer> met = new EnumMap<>(Flaw.class);
        for (int i = 0; i < INPUTS; i++) {
            byte[] octets = randomFrame(random);
            // exactly as much memory as the frame has: one octet too far throws
            ByteBuffer buffer = ByteBuffer.wrap(octets);
            Flaw flaw = packet.parse(buffer, 0, octets.length);
            if (flaw == Flaw.NONE && packet.etherType() == EthernetHeader.TYPE_IPV4) {
                readAndRewrite(octets.length);
            }
            met.merge(flaw, 1, Integer::sum);
        }
        assertThat(met).as("seed %d", seed).containsOnlyKeys(Flaw.values());
    }

    /** All that parse vouches for. */
    private void readAndRewrite(int octets) {
        assertThat(packet.ipLength()).isLessThanOrEqualTo(octets - IP);
        boolean tcp = packet.protocol() == Ipv4Header.PROTOCOL_TCP;
        if (packet.isFragment() || !(tcp || packet.protocol() == Ipv4Header.PROTOCOL_UDP)) {
            return;
        }
        int ports = packet.sourcePort() | packet.destinationPort() | (tcp ? packet.tcpFlags() : 0);
        assertThat(ports).isBetween(0, 0xFFFF);
        packet.completeChecksum();
        packet.redirect(0x0A02_000B, 7);
    }

    private static byte[] randomFrame(Random random) {
        byte[] octets = new byte[random.nextInt(120)];
        random.nextBytes(octets);
        if (random.nextInt(8) != 0 && octets.length > IP) {
            octets[12] = 0x08;
            octets[13] = (byte) (random.nextInt(6) == 0 ? 6 : 0);
            octets[IP] = random.nextInt(8) == 0 ? octets[IP] : (byte) (0x45 + random.nextInt(2));
        }
        if (random.nextInt(8) != 0 && octets.length > IP + 20) {
            octets[IP + 2] = 0;
            octets[IP + 3] = (byte) (octets.length - IP - random.nextInt(4));
            octets[IP + 6] = (byte) (random.nextInt(8) == 0 ? 0x20 : 0x40);
            octets[IP + 7] = 0;
            octets[IP + 9] = (byte) (random.nextBoolean() ? 6 : 17);
        }
        int transport = octets.length > IP ? IP + 4 * (octets[IP] & 0x0F) : 0;
        if (random.nextInt(4) != 0 && octets.length > transport + 8 && transport > IP) {
            octets[transport + 4] = 0;
            octets[transport + 5] = (byte) (8 + random.nextInt(40));
        }
        return octets;
    }
}
