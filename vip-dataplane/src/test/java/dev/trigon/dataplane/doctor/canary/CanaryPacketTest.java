package dev.trigon.dataplane.doctor.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.Specs;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Octet for octet: RFC 9293, section 3.1. The sums were computed apart from this code. */
class CanaryPacketTest {
    private static final int NUMBER = 0x1234_4002;
    private static final int OWN_PORT = 40_000;
    private static final String IPV4 = "45000028 0000 4000 0206 32c2 0a020002 cb00710a ";
    private static final String IPV6 =
            "60000000 0014 06 02 20010db8000200000000000000000002" + " 20010db8000f00000000000000000010 ";

    private final byte[] memory = new byte[64];
    private final CanaryPacket packet = new CanaryPacket(ByteBuffer.wrap(memory), 1);

    CanaryPacketTest() {
        Arrays.fill(memory, (byte) 0xA5);
    }

    private static Canary syn(String from, String to) {
        return new Canary(1, Specs.address(from), Specs.address(to), true, 80, 2);
    }

    private void assertWritten(int length, String octets) {
        assertThat(HexFormat.of().formatHex(memory, 1, 1 + length)).isEqualTo(octets.replace(" ", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "10.2.0.2, 203.0.113.10, " + IPV4 + "9c40 0050 12344002 00000000 5002 ffff 7b0d 0000",
        "2001:db8:2::2, 2001:db8:f::10, " + IPV6 + "9c40 0050 12344002 00000000 5002 ffff 6587 0000"
    })
    void shouldAskForAConnection(String from, String to, String octets) {
        assertWritten(packet.writeQuestion(syn(from, to), NUMBER, OWN_PORT), octets);
    }

    @ParameterizedTest
    @CsvSource({
        "10.2.0.2, 203.0.113.10, " + IPV4 + "9c40 0050 12344003 00000000 5004 ffff 7b0a 0000",
        "2001:db8:2::2, 2001:db8:f::10, " + IPV6 + "9c40 0050 12344003 00000000 5004 ffff 6584 0000"
    })
    void shouldGiveItUpByTheNextNumber(String from, String to, String octets) {
        assertWritten(packet.writeEnd(syn(from, to), NUMBER, OWN_PORT), octets);
    }
}
