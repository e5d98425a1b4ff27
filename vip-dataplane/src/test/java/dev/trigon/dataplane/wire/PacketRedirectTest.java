package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.high;
import static dev.trigon.dataplane.wire.Octets.low;
import static dev.trigon.dataplane.wire.Octets.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.wire.TestFrame.Sum;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden octets of l3dsr: every rewrite a row, its sums computed elsewhere. */
class PacketRedirectTest {
    private static final int AT = 32;
    private static final int CAPACITY = 256;
    private static final int DSCP = 5;
    private static final String SERVER6 = "2001:db8:2::11";

    private static final String MACS = "020000000002 020000000001";
    private static final String CLIENT4 = "c6 33 64 0a";
    private static final String CLIENT6 = "2001 0db8 000c 0000 0000 0000 0000 0010";
    private static final String VIP6 = "2001 0db8 000f 0000 0000 0000 0000 0010";
    private static final String SERVER6_OCTETS = "2001 0db8 0002 0000 0000 0000 0000 0011";

    private final Packet packet = new Packet();

    private record Row(String what, List<String> before, List<String> after) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Row> rows() {
        return List.of(
                new Row(
                        "TCP over IPv4",
                        List.of(
                                MACS,
                                "0800",
                                "45 bb 002b", // DSCP 46, ECN 3; total length
                                "1234 4000",
                                "40 06 c195", // TTL, protocol, checksum
                                CLIENT4,
                                "cb 00 71 0a",
                                "9c40 0050 01020304 05060708 5018 03fe",
                                "fd98", // checksum
                                "0000 474554"),
                        List.of(
                                MACS,
                                "0800",
                                "45 17 002b", // DSCP 5, ECN 3
                                "1234 4000",
                                "3f 06 f537", // a hop less
                                CLIENT4,
                                "0a 02 00 0b",
                                "9c40 0050 01020304 05060708 5018 03fe",
                                "2f97",
                                "0000 474554")),
                new Row(
                        "ICMP, whose checksum has no addresses in it",
                        List.of(
                                MACS,
                                "8100 0007 0800", // VLAN 7
                                "45 bb 001f",
                                "1234 4000",
                                "40 01 c1a6",
                                CLIENT4,
                                "cb 00 71 0a",
                                "08 00",
                                "2168", // checksum
                                "1234 0001 616263"),
                        List.of(
                                MACS,
                                "8100 0007 0800",
                                "45 17 001f",
                                "1234 4000",
                                "3f 01 f548",
                                CLIENT4,
                                "0a 02 00 0b",
                                "08 00",
                                "2168",
                                "1234 0001 616263")),
                new Row(
                        "TCP over IPv6",
                        List.of(
                                MACS,
                                "86dd",
                                "6 bb 12345", // DSCP 46, ECN 3; flow label
                                "0017 06 40", // payload length, next header, hop limit
                                CLIENT6,
                                VIP6,
                                "9c40 0050 01020304 05060708 5018 03fe",
                                "0835", // checksum
                                "0000 474554"),
                        List.of(
                                MACS,
                                "86dd",
                                "6 17 12345", // DSCP 5, ECN 3; the same flow label
                                "0017 06 3f",
                                CLIENT6,
                                SERVER6_OCTETS,
                                "9c40 0050 01020304 05060708 5018 03fe",
                                "0841",
                                "0000 474554")),
                new Row(
                        "UDP over IPv6, behind destination options and two tags",
                        List.of(
                                MACS,
                                "88a8 0005 8100 0006 86dd",
                                "6 00 fffff",
                                "0013 3c 02",
                                CLIENT6,
                                VIP6,
                                "11 00 0104 00000000", // destination options: padding
                                "9c40 0035 000b",
                                "4353", // checksum
                                "616263"),
                        List.of(
                                MACS,
                                "88a8 0005 8100 0006 86dd",
                                "6 14 fffff",
                                "0013 3c 01",
                                CLIENT6,
                                SERVER6_OCTETS,
                                "11 00 0104 00000000",
                                "9c40 0035 000b",
                                "435f",
                                "616263")),
                new Row(
                        "ICMPv6, whose checksum has the addresses in it",
                        List.of(
                                MACS,
                                "86dd",
                                "6 00 00000",
                                "000b 3a 40",
                                CLIENT6,
                                VIP6,
                                "80 00",
                                "4d75", // checksum
                                "1234 0001 616263"),
                        List.of(
                                MACS,
                                "86dd",
                                "6 14 00000",
                                "000b 3a 3f",
                                CLIENT6,
                                SERVER6_OCTETS,
                                "80 00",
                                "4d81",
                                "1234 0001 616263")),
                new Row(
                        "a later fragment, which has no checksum",
                        List.of(
                                MACS,
                                "86dd",
                                "6 00 00000",
                                "0010 2c 40",
                                CLIENT6,
                                VIP6,
                                "11 00 0058 01020304", // fragment header: UDP, octet 88, the last
                                "0000 0000 0000 ffff"),
                        List.of(
                                MACS,
                                "86dd",
                                "6 14 00000",
                                "0010 2c 3f",
                                CLIENT6,
                                SERVER6_OCTETS,
                                "11 00 0058 01020304",
                                "0000 0000 0000 ffff")));
    }

    private byte[] redirect(byte[] frame) {
        ByteBuffer buffer = amidJunk(frame, AT, CAPACITY);
        assertThat(packet.parse(buffer, AT, frame.length)).isEqualTo(Flaw.NONE);
        if (packet.isIpv6()) {
            packet.redirect(high(SERVER6), low(SERVER6), DSCP);
        } else {
            packet.redirect(0, IpAddress.mapped(Octets.ip("10.2.0.11")), DSCP);
        }
        return read(buffer, AT, frame.length);
    }

    private int sumAfter(TestFrame frame) {
        ReferenceFrame after = new ReferenceFrame(redirect(frame.build()));
        return after.word(after.sumAt());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldRedirect(Row row) {
        byte[] after = redirect(hex(String.join("", row.before)));

        assertThat(Octets.hex(after)).isEqualTo(Octets.hex(hex(String.join("", row.after))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldTellTheNewAddressAfterwards(Row row) {
        redirect(hex(String.join("", row.before)));

        assertThat(IpAddress.toInetAddress(packet.destinationHigh(), packet.destinationLow())
                        .getHostAddress())
                .isIn("10.2.0.11", "2001:db8:2:0:0:0:0:11");
    }

    @Test
    void shouldLeaveUdpOverIpv6WithoutAChecksumWithoutOne() {
        assertThat(sumAfter(TestFrame.udp().ipv6().payload(new byte[3]).sum(Sum.ZERO)))
                .isZero();
    }

    @Test
    void shouldSendAComputedZeroAsAllOnesInUdpOverIpv6() {
        byte[] sum = ByteBuffer.allocate(2)
                .putShort((short) sumAfter(TestFrame.udp().ipv6().payload(new byte[2])))
                .array();

        assertThat(sumAfter(TestFrame.udp().ipv6().payload(sum))).isEqualTo(0xFFFF);
        assertThat(sumAfter(TestFrame.udp().ipv6().payload(sum).sum(Sum.PARTIAL)))
                .isEqualTo(0xFFFF);
    }

    /** What looks like a partial sum in a first fragment is the sum of a datagram that is not all here. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNeverTakeAFirstFragmentsSumForAPartialOne(boolean v6) {
        TestFrame plain = TestFrame.udp();
        TestFrame first = (v6 ? plain.ipv6() : plain).payload(new byte[8]).sum(Sum.PARTIAL);
        TestFrame frame = v6 ? first.fragment(0, true, 1) : first.fragment(0x2000);
        byte[] before = frame.build();
        ReferenceFrame reference = new ReferenceFrame(before);
        int error = reference.transportError();
        assertThat(reference.word(reference.sumAt())).isEqualTo(reference.pseudoHeader());

        assertThat(new ReferenceFrame(redirect(before)).transportError())
                .isNotZero()
                .isEqualTo(error);

        ByteBuffer buffer = amidJunk(before, AT, CAPACITY);
        packet.parse(buffer, AT, before.length);
        packet.completeChecksum();
        assertThat(read(buffer, AT, before.length)).isEqualTo(before);
    }
}
