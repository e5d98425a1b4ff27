package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.junk;
import static dev.trigon.dataplane.wire.Octets.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TransportHeadersTest {
    private static final int AT = 7;
    private static final byte[] TCP = hex(
            "ff fe", // source port
            "80 50", // destination port
            "a5 a5 a5 a5", // sequence number
            "a5 a5 a5 a5", // acknowledgment number
            "f0", // data offset 15
            "92", // CWR, ACK, SYN
            "a5 a5", // window
            "a5 a5", // checksum
            "a5 a5"); // urgent pointer
    private static final byte[] UDP = hex(
            "ff fe", // source port
            "80 50", // destination port
            "ff dc", // length
            "a5 a5"); // checksum

    @Test
    void shouldReadEveryFieldOfTcp() {
        TcpHeader header = new TcpHeader().wrap(amidJunk(TCP, AT, 40), AT);

        assertThat(header.sourcePort()).isEqualTo(0xFFFE);
        assertThat(header.destinationPort()).isEqualTo(0x8050);
        assertThat(header.headerLength()).isEqualTo(60);
        assertThat(header.flags()).isEqualTo(0x80 | TcpHeader.ACK | TcpHeader.SYN);
    }

    @Test
    void shouldWriteEveryFieldOfTcpAndNothingBeside() {
        ByteBuffer buffer = junk(40);
        TcpHeader header = new TcpHeader().wrap(buffer, AT);

        header.sourcePort(0xFFFE);
        header.destinationPort(0x8050);
        header.headerLength(60);
        header.flags(0x80 | TcpHeader.ACK | TcpHeader.SYN);

        assertThat(read(buffer, 0, 40)).isEqualTo(read(amidJunk(TCP, AT, 40), 0, 40));
        assertThat(TcpHeader.MIN_LENGTH).isEqualTo(TCP.length);
    }

    @Test
    void shouldReadEveryFieldOfUdp() {
        UdpHeader header = new UdpHeader().wrap(amidJunk(UDP, AT, 24), AT);

        assertThat(header.sourcePort()).isEqualTo(0xFFFE);
        assertThat(header.destinationPort()).isEqualTo(0x8050);
        assertThat(header.length()).isEqualTo(0xFFDC);
    }

    @Test
    void shouldWriteEveryFieldOfUdpAndNothingBeside() {
        ByteBuffer buffer = junk(24);
        UdpHeader header = new UdpHeader().wrap(buffer, AT);

        header.sourcePort(0xFFFE);
        header.destinationPort(0x8050);
        header.length(0xFFDC);

        assertThat(read(buffer, 0, 24)).isEqualTo(read(amidJunk(UDP, AT, 24), 0, 24));
        assertThat(UdpHeader.LENGTH).isEqualTo(UDP.length);
    }
}
