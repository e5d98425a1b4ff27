package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.ip;
import static dev.trigon.dataplane.wire.Octets.junk;
import static dev.trigon.dataplane.wire.Octets.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv4HeaderTest {
    private static final int AT = 3;
    private static final byte[] GOLDEN = hex(
            "46", // version 4, IHL 6
            "bb", // DSCP 46, ECN 3
            "ff dc", // total length
            "a5 a5", // identification, which nobody needs
            "40 00", // don't fragment
            "fe", // TTL
            "11", // protocol
            "9a bc", // checksum
            "c6 33 64 0a", // source
            "cb 00 71 fe"); // destination

    private final Ipv4Header header = new Ipv4Header();

    @Test
    void shouldReadEveryField() {
        header.wrap(amidJunk(GOLDEN, AT, 32), AT);

        assertThat(header.version()).isEqualTo(4);
        assertThat(header.headerLength()).isEqualTo(24);
        assertThat(header.dscp()).isEqualTo(46);
        assertThat(header.totalLength()).isEqualTo(0xFFDC);
        assertThat(header.isFragment()).isFalse();
        assertThat(header.ttl()).isEqualTo(254);
        assertThat(header.protocol()).isEqualTo(Ipv4Header.PROTOCOL_UDP);
        assertThat(header.checksum()).isEqualTo(0x9ABC);
        assertThat(header.source()).isEqualTo(ip("198.51.100.10"));
        assertThat(header.destination()).isEqualTo(ip("203.0.113.254"));
    }

    @Test
    void shouldWriteEveryFieldAndNothingBeside() {
        ByteBuffer buffer = junk(32);
        buffer.put(AT + 1, (byte) 0x03); // ECN is not ours to write
        header.wrap(buffer, AT);

        header.versionAndHeaderLength(4, 24);
        header.dscp(46);
        header.totalLength(0xFFDC);
        header.fragment(0x4000);
        header.ttl(254);
        header.protocol(17);
        header.checksum(0x9ABC);
        header.source(ip("198.51.100.10"));
        header.destination(ip("203.0.113.254"));

        assertThat(read(buffer, 0, 32)).isEqualTo(read(amidJunk(GOLDEN, AT, 32), 0, 32));
    }

    @Test
    void shouldKeepEcnWhenDscpChanges() {
        for (int ecn = 0; ecn < 4; ecn++) {
            for (int dscp = 0; dscp < 64; dscp++) {
                ByteBuffer buffer = junk(32);
                buffer.put(AT + 1, (byte) (0xFC | ecn));
                header.wrap(buffer, AT).dscp(dscp);
                assertThat(buffer.get(AT + 1) & 0xFF).isEqualTo(dscp << 2 | ecn);
            }
        }
    }

    @Test
    void shouldWriteDscpAndEcnAtOnce() {
        ByteBuffer buffer = junk(32);

        header.wrap(buffer, AT).trafficClass(0xBB);

        assertThat(read(buffer, AT, 3)).isEqualTo(hex("a5 bb a5"));
    }

    /** Options are in the sum: the same header, without them, has another. */
    @Test
    void shouldSumUpTheWholeHeader() {
        byte[] packet = TestFrame.udp().ipOptions(hex("94 04 12 34")).packet();
        ByteBuffer buffer = amidJunk(packet, AT, 64);
        header.wrap(buffer, AT).checksum(0xA5A5);

        header.computeChecksum();

        assertThat(read(buffer, AT, packet.length)).isEqualTo(packet);
    }

    @ParameterizedTest(name = "flags and offset {0}: {1}")
    @CsvSource({
        "0x0000, false", // whole
        "0x4000, false", // don't fragment
        "0x8000, false", // the reserved bit
        "0x2000, true", // the first of several
        "0x2001, true", // one in the middle
        "0x0001, true", // the last
        "0x1000, true", // the last, the offset's highest bit alone
        "0x4001, true", // contradictory, and still no place for ports
    })
    void shouldTellAFragment(String flagsAndOffset, boolean fragment) {
        header.wrap(junk(32), AT).fragment(Integer.decode(flagsAndOffset));

        assertThat(header.isFragment()).isEqualTo(fragment);
    }
}
