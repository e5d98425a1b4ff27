package dev.trigon.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.Specs;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EchoRequestTest {
    /** The sums were computed by hand: RFC 1071. */
    @ParameterizedTest
    @CsvSource({
        "10.2.0.2, 203.0.113.10, 4500001c 0000 4000 4001 f4d2 0a020002 cb00710a 0800 a5c9 1234 4002",
        "2001:db8:2::2, 2001:db8:f::10, 60000000 0008 3a 40 20010db8000200000000000000000002"
                + " 20010db8000f00000000000000000010 8000 d1f1 1234 4002"
    })
    void shouldWriteWhatAHostWouldSend(String from, String to, String octets) {
        byte[] memory = new byte[64];
        Arrays.fill(memory, (byte) 0xA5);
        IpHeader ip = new IpHeader(Specs.address(from), Specs.address(to), 64);
        int length = EchoRequest.write(ByteBuffer.wrap(memory), 0, ip, 0x1234_4002);
        assertThat(HexFormat.of().formatHex(memory, 0, length)).isEqualTo(octets.replace(" ", ""));
    }
}
