package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.junk;
import static dev.trigon.dataplane.wire.Octets.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IcmpHeaderTest {
    private static final int AT = 5;
    private static final int CAPACITY = 24;
    private static final byte[] ECHO = hex(
            "80", // type
            "fe", // code
            "9a bc", // checksum
            "ff fe", // identifier
            "80 01"); // sequence number

    private final IcmpHeader header = new IcmpHeader();

    @Test
    void shouldReadEveryFieldOfAnEcho() {
        header.wrap(amidJunk(ECHO, AT, CAPACITY), AT, true);

        assertThat(header.type()).isEqualTo(128);
        assertThat(header.code()).isEqualTo(254);
        assertThat(header.checksum()).isEqualTo(0x9ABC);
        assertThat(header.identifier()).isEqualTo(0xFFFE);
        assertThat(header.sequence()).isEqualTo(0x8001);
    }

    @Test
    void shouldWriteEveryFieldOfAnEchoAndNothingBeside() {
        ByteBuffer buffer = junk(CAPACITY);
        header.wrap(buffer, AT, true);

        header.type(128);
        header.code(254);
        header.checksum(0x9ABC);
        header.identifier(0xFFFE);
        header.sequence(0x8001);

        assertThat(read(buffer, 0, CAPACITY)).isEqualTo(read(amidJunk(ECHO, AT, CAPACITY), 0, CAPACITY));
        assertThat(IcmpHeader.LENGTH).isEqualTo(ECHO.length);
    }

    @Test
    void shouldReadAnMtu() {
        assertThat(header.wrap(amidJunk(hex("03 04 0000 a5a5 fffe"), AT, CAPACITY), AT, false)
                        .mtu())
                .isEqualTo(0xFFFE);
        assertThat(header.wrap(amidJunk(hex("02 00 0000 00010500"), AT, CAPACITY), AT, true)
                        .mtu())
                .isEqualTo(0x1_0500);
    }

    @Test
    void shouldReadAPointer() {
        assertThat(header.wrap(amidJunk(hex("0c 00 0000 fea5a5a5"), AT, CAPACITY), AT, false)
                        .pointer())
                .isEqualTo(254);
        assertThat(header.wrap(amidJunk(hex("04 00 0000 00000028"), AT, CAPACITY), AT, true)
                        .pointer())
                .isEqualTo(40);
    }

    @Test
    void shouldZeroWhatIsUnusedBesideAnMtuOrAPointer() {
        ByteBuffer buffer = junk(CAPACITY);

        header.wrap(buffer, AT, false).mtu(1_500);
        assertThat(read(buffer, AT, 8)).isEqualTo(hex("a5a5a5a5 0000 05dc"));
        header.wrap(buffer, AT, true).mtu(1_280);
        assertThat(read(buffer, AT, 8)).isEqualTo(hex("a5a5a5a5 00000500"));
        header.wrap(buffer, AT, false).pointer(254);
        assertThat(read(buffer, AT, 8)).isEqualTo(hex("a5a5a5a5 fe 000000"));
        header.wrap(buffer, AT, true).pointer(40);
        assertThat(read(buffer, AT, 8)).isEqualTo(hex("a5a5a5a5 00000028"));
        header.unused();
        assertThat(read(buffer, AT - 1, 10)).isEqualTo(hex("a5 a5a5a5a5 00000000 a5"));
    }

    @ParameterizedTest(name = "ICMP type {0}, code {1}: echo request {2}, error {3}, too big {4}")
    @CsvSource({
        "0, 0, false, false, false", // echo reply
        "3, 1, false, true, false", // host unreachable
        "3, 4, false, true, true", // fragmentation needed
        "4, 0, false, false, false", // source quench: RFC 6633
        "5, 1, false, false, false", // redirect
        "8, 0, true, false, false", // echo request
        "8, 1, false, false, false", // none that RFC 792 knows
        "11, 0, false, true, false", // TTL exceeded
        "12, 0, false, true, false", // parameter problem
        "128, 0, false, false, false",
    })
    void shouldTellMessagesOfIcmpApart(int type, int code, boolean echo, boolean error, boolean tooBig) {
        tell(type, code, false, echo, error, tooBig);
    }

    @ParameterizedTest(name = "ICMPv6 type {0}, code {1}: echo request {2}, error {3}, too big {4}")
    @CsvSource({
        "0, 0, false, false, false", // reserved
        "1, 3, false, true, false", // address unreachable
        "2, 0, false, true, true", // packet too big
        "3, 0, false, true, false", // hop limit exceeded
        "4, 1, false, true, false", // parameter problem
        "5, 0, false, false, false", // unassigned
        "8, 0, false, false, false",
        "128, 0, true, false, false", // echo request
        "128, 1, false, false, false", // none that RFC 4443 knows
        "129, 0, false, false, false", // echo reply
        "135, 0, false, false, false", // neighbour solicitation
        "137, 0, false, false, false", // redirect
    })
    void shouldTellMessagesOfIcmpv6Apart(int type, int code, boolean echo, boolean error, boolean tooBig) {
        tell(type, code, true, echo, error, tooBig);
    }

    private void tell(int type, int code, boolean v6, boolean echo, boolean error, boolean tooBig) {
        header.wrap(junk(CAPACITY), AT, v6);
        header.type(type);
        header.code(code);

        assertThat(header.isEchoRequest()).isEqualTo(echo);
        assertThat(header.isError()).isEqualTo(error);
        assertThat(header.isTooBig()).isEqualTo(tooBig);
    }

    @Test
    void shouldVerifyAndComputeTheChecksum() {
        ByteBuffer buffer = amidJunk(hex("08 00 a5a5 1234 0001 616263"), AT, CAPACITY);
        header.wrap(buffer, AT, false);

        for (int pseudoHeader : new int[] {0, 1, 0xFFFF, 0xBEEF}) {
            header.computeChecksum(11, pseudoHeader);

            assertThat(header.verify(11, pseudoHeader)).isTrue();
            assertThat(header.verify(11, pseudoHeader + 2)).isFalse();
            assertThat(header.verify(10, pseudoHeader)).isFalse();
            header.sequence(2);
            assertThat(header.verify(11, pseudoHeader)).isFalse();
            header.sequence(1);
        }
        header.computeChecksum(11, 0);
        assertThat(header.checksum())
                .isEqualTo(~ReferenceChecksum.sum(hex("08 00 0000 1234 0001 616263"), 0, 11, 0) & 0xFFFF);
    }
}
