package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.junk;
import static dev.trigon.dataplane.wire.Octets.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class EthernetHeaderTest {
    private static final int AT = 5;
    private static final byte[] GOLDEN = hex(
            "ff fe fd fc fb fa", // destination
            "82 01 02 03 04 85", // source
            "86 dd"); // EtherType

    private final EthernetHeader header = new EthernetHeader();

    @Test
    void shouldReadEveryField() {
        header.wrap(amidJunk(GOLDEN, AT, 32), AT);

        assertThat(header.destination()).isEqualTo(0xFFFE_FDFC_FBFAL);
        assertThat(header.source()).isEqualTo(0x8201_0203_0485L);
        assertThat(header.etherType()).isEqualTo(0x86DD);
    }

    @Test
    void shouldWriteEveryFieldAndNothingBeside() {
        ByteBuffer buffer = junk(32);
        header.wrap(buffer, AT);

        header.destination(0xFFFE_FDFC_FBFAL);
        header.source(0x8201_0203_0485L);
        header.etherType(0x86DD);

        assertThat(read(buffer, 0, 32)).isEqualTo(read(amidJunk(GOLDEN, AT, 32), 0, 32));
    }

    @Test
    void shouldBeAsLongAsItsFields() {
        assertThat(EthernetHeader.LENGTH).isEqualTo(GOLDEN.length);
    }

    @Test
    void shouldTellTheGroupsOfIpv6() {
        assertThat(EthernetHeader.isIpv6Multicast(EthernetHeader.ALL_NODES)).isTrue();
        assertThat(EthernetHeader.isIpv6Multicast(0x3333_FFFF_FFFFL)).isTrue();
        assertThat(EthernetHeader.isIpv6Multicast(0x3332_0000_0001L)).isFalse();
        assertThat(EthernetHeader.isIpv6Multicast(EthernetHeader.BROADCAST)).isFalse();
    }
}
