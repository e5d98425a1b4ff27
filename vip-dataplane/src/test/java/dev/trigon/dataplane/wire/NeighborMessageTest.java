package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.high;
import static dev.trigon.dataplane.wire.Octets.junk;
import static dev.trigon.dataplane.wire.Octets.low;
import static dev.trigon.dataplane.wire.Octets.read;
import static dev.trigon.dataplane.wire.TestFrame.linkLayerOption;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NeighborMessageTest {
    private static final int AT = 6;
    private static final int CAPACITY = 48;
    private static final String VIP = "2001:db8:f::10";
    private static final long MAC = 0x8201_0203_0485L;
    private static final byte[] SOURCE_OPTION = linkLayerOption(1, TestFrame.CLIENT_MAC);
    private static final byte[] GOLDEN = hex(
            "88", // advertisement
            "00", // code
            "ca ab", // checksum
            "e0 00 00 00", // router, solicited, override
            "2001 0db8 000f 0000 0000 0000 0000 0010", // target
            "02", // target's link-layer address
            "01", // eight octets
            "82 01 02 03 04 85"); // MAC

    private final NeighborMessage message = new NeighborMessage();
    private final Packet packet = new Packet();

    @Test
    void shouldReadEveryField() {
        message.wrap(amidJunk(GOLDEN, AT, CAPACITY), AT);

        assertThat(message.type()).isEqualTo(NeighborMessage.ADVERTISEMENT);
        assertThat(message.code()).isZero();
        assertThat(message.checksum()).isEqualTo(0xCAAB);
        assertThat(message.flags())
                .isEqualTo(NeighborMessage.ROUTER | NeighborMessage.SOLICITED | NeighborMessage.OVERRIDE);
        assertThat(message.targetHigh()).isEqualTo(high(VIP));
        assertThat(message.targetLow()).isEqualTo(low(VIP));
        assertThat(message.optionType()).isEqualTo(NeighborMessage.TARGET_LINK_LAYER_ADDRESS);
        assertThat(message.optionMac()).isEqualTo(MAC);
    }

    @Test
    void shouldWriteEveryFieldAndNothingBeside() {
        var buffer = junk(CAPACITY);
        message.wrap(buffer, AT);

        message.advertise(
                NeighborMessage.ROUTER | NeighborMessage.SOLICITED | NeighborMessage.OVERRIDE,
                high(VIP),
                low(VIP),
                MAC);
        message.checksum(0xCAAB);

        assertThat(read(buffer, 0, CAPACITY)).isEqualTo(read(amidJunk(GOLDEN, AT, CAPACITY), 0, CAPACITY));
        assertThat(NeighborMessage.LENGTH).isEqualTo(GOLDEN.length);
    }

    @Test
    void shouldSumUpTheMessageAndThePseudoHeader() {
        byte[] packet = TestFrame.icmp(136, 0, 0xE000_0000)
                .from(VIP, 0)
                .to("2001:db8:c::10", 0)
                .payload(hex("2001 0db8 000f 0000 0000 0000 0000 0010", "02 01 8201 0203 0485"))
                .packet();
        var buffer = amidJunk(GOLDEN, AT, CAPACITY);

        message.wrap(buffer, AT).computeChecksum(high(VIP), low(VIP), high("2001:db8:c::10"), low("2001:db8:c::10"));

        assertThat(read(buffer, AT + 2, 2)).isEqualTo(new byte[] {packet[42], packet[43]});
    }

    private boolean isSolicitation(byte[] frame) {
        // no octet more than the frame has: one too far throws
        return packet.parse(ByteBuffer.wrap(frame), 0, frame.length) == Flaw.NONE && packet.isNeighborSolicitation();
    }

    @Test
    void shouldReadASolicitation() {
        assertThat(isSolicitation(
                        TestFrame.neighborSolicitation(VIP, SOURCE_OPTION).build()))
                .isTrue();
        assertThat(packet.neighbor().targetHigh()).isEqualTo(high(VIP));
        assertThat(packet.neighbor().targetLow()).isEqualTo(low(VIP));
        assertThat(packet.neighbor().optionMac()).isEqualTo(TestFrame.CLIENT_MAC);
        assertThat(packet.ethernet().destination()).isEqualTo(0x3333_FF00_0010L);
        assertThat(packet.destinationLow()).isEqualTo(IpAddress.solicitedNodeLow(low(VIP)));
        assertThat(packet.destinationHigh()).isEqualTo(IpAddress.SOLICITED_NODE_HIGH);
    }

    private static Arguments row(boolean valid, String what, TestFrame frame) {
        return arguments(valid, what, frame);
    }

    private static byte[] join(byte[]... parts) {
        return hex(Stream.of(parts).map(Octets::hex).toArray(String[]::new));
    }

    /** RFC 4861, section 7.1.1, line by line. */
    static Stream<Arguments> solicitations() {
        UnaryOperator<byte[]> twice = option -> join(option, option);
        return Stream.of(
                row(true, "with its source's MAC", TestFrame.neighborSolicitation(VIP, SOURCE_OPTION)),
                row(true, "bare", TestFrame.neighborSolicitation(VIP)),
                row(
                        true,
                        "to the VIP itself",
                        TestFrame.neighborSolicitation(VIP, SOURCE_OPTION).to(VIP, 0)),
                row(true, "with a nonce", TestFrame.neighborSolicitation(VIP, hex("0e 01 a1a2a3a4a5a6"))),
                row(true, "with two options", TestFrame.neighborSolicitation(VIP, twice.apply(SOURCE_OPTION))),
                row(true, "from nowhere", TestFrame.neighborSolicitation(VIP).from("::", 0)),
                row(
                        true,
                        "from nowhere, with a nonce",
                        TestFrame.neighborSolicitation(VIP, hex("0e 01 a1a2a3a4a5a6"))
                                .from("::", 0)),
                row(
                        true,
                        "behind a hop-by-hop header",
                        TestFrame.neighborSolicitation(VIP).extension(Extension.hopByHop(8))),
                row(true, "tagged", TestFrame.neighborSolicitation(VIP).tag(0x8100, 7)),
                row(false, "by a router", TestFrame.neighborSolicitation(VIP).ttl(254)),
                row(
                        false,
                        "for IPv4's 203.0.113.10",
                        TestFrame.icmp(135, 0, 0)
                                .ipv6()
                                .ttl(255)
                                .to(VIP, 0)
                                .payload(hex("00000000 00000000 0000ffff cb00710a"))),
                row(
                        false,
                        "with a wrong checksum",
                        TestFrame.neighborSolicitation(VIP).sumOffBy(1)),
                row(
                        false,
                        "with a partial checksum",
                        TestFrame.neighborSolicitation(VIP).sum(TestFrame.Sum.PARTIAL)),
                row(
                        false,
                        "an advertisement",
                        TestFrame.icmp(136, 0, 0).ipv6().ttl(255).payload(new byte[16])),
                row(
                        false,
                        "another code",
                        TestFrame.icmp(135, 1, 0).ipv6().ttl(255).payload(new byte[16])),
                row(
                        false,
                        "too short",
                        TestFrame.icmp(135, 0, 0).ipv6().ttl(255).payload(new byte[15])),
                row(false, "for a group", TestFrame.neighborSolicitation("ff02::1:ff00:10")),
                row(false, "an option of no length", TestFrame.neighborSolicitation(VIP, hex("01 00 020000000001"))),
                row(false, "an option cut off", TestFrame.neighborSolicitation(VIP, hex("01 01 0200000000"))),
                row(false, "an option beyond the end", TestFrame.neighborSolicitation(VIP, hex("01 02 020000000001"))),
                row(
                        false,
                        "a second option of no length",
                        TestFrame.neighborSolicitation(VIP, join(SOURCE_OPTION, hex("0e 00 000000000000")))),
                row(
                        false,
                        "from nowhere, with a MAC",
                        TestFrame.neighborSolicitation(VIP, SOURCE_OPTION).from("::", 0)),
                row(
                        false,
                        "from nowhere to all nodes",
                        TestFrame.neighborSolicitation(VIP).from("::", 0).to("ff02::1", 0)),
                row(
                        false,
                        "in a fragment that is all",
                        TestFrame.neighborSolicitation(VIP).fragment(0, false, 1)),
                row(
                        false,
                        "in a first fragment",
                        TestFrame.neighborSolicitation(VIP).fragment(0, true, 1)),
                row(false, "over IPv4", TestFrame.icmp(135, 0, 0).ttl(255).payload(new byte[16])));
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("solicitations")
    void shouldTakeAValidSolicitationOnly(boolean valid, String what, TestFrame frame) {
        assertThat(isSolicitation(frame.build())).as(what).isEqualTo(valid);
        assertThat(isSolicitation(frame.padTo(120).build()))
                .as("%s, padded", what)
                .isEqualTo(valid);
    }
}
