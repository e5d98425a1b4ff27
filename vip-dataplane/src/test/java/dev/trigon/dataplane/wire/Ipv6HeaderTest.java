package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.high;
import static dev.trigon.dataplane.wire.Octets.junk;
import static dev.trigon.dataplane.wire.Octets.low;
import static dev.trigon.dataplane.wire.Octets.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class Ipv6HeaderTest {
    private static final int AT = 3;
    private static final int CAPACITY = 48;
    private static final String SOURCE = "fe80::ff:fe01:203";
    private static final String DESTINATION = "2001:db8:f::8000:fffe";
    private static final byte[] GOLDEN = hex(
            "6b bf ed cb", // version 6, DSCP 46, ECN 3, flow label 0xFEDCB
            "ff dc", // payload length
            "3a", // next header
            "fe", // hop limit
            "fe80 0000 0000 0000 0000 00ff fe01 0203", // source
            "2001 0db8 000f 0000 0000 0000 8000 fffe"); // destination

    private final Ipv6Header header = new Ipv6Header();

    @Test
    void shouldReadEveryField() {
        header.wrap(amidJunk(GOLDEN, AT, CAPACITY), AT);

        assertThat(header.version()).isEqualTo(6);
        assertThat(header.trafficClass()).isEqualTo(0xBB);
        assertThat(header.dscp()).isEqualTo(46);
        assertThat(header.ecn()).isEqualTo(3);
        assertThat(header.flowLabel()).isEqualTo(0xFEDCB);
        assertThat(header.payloadLength()).isEqualTo(0xFFDC);
        assertThat(header.nextHeader()).isEqualTo(Ipv6Header.PROTOCOL_ICMPV6);
        assertThat(header.hopLimit()).isEqualTo(254);
        assertThat(header.sourceHigh()).isEqualTo(high(SOURCE));
        assertThat(header.sourceLow()).isEqualTo(low(SOURCE));
        assertThat(header.destinationHigh()).isEqualTo(high(DESTINATION));
        assertThat(header.destinationLow()).isEqualTo(low(DESTINATION));
    }

    @Test
    void shouldWriteEveryFieldAndNothingBeside() {
        ByteBuffer buffer = junk(CAPACITY);
        header.wrap(buffer, AT);

        header.versionClassAndLabel(0xBB, 0xFEDCB);
        header.payloadLength(0xFFDC);
        header.nextHeader(58);
        header.hopLimit(254);
        header.source(high(SOURCE), low(SOURCE));
        header.destination(high(DESTINATION), low(DESTINATION));

        assertThat(read(buffer, 0, CAPACITY)).isEqualTo(read(amidJunk(GOLDEN, AT, CAPACITY), 0, CAPACITY));
        assertThat(Ipv6Header.LENGTH).isEqualTo(GOLDEN.length);
    }

    @Test
    void shouldKeepEcnAndFlowLabelWhenDscpChanges() {
        ByteBuffer buffer = junk(CAPACITY);
        header.wrap(buffer, AT);
        for (int ecn = 0; ecn < 4; ecn++) {
            for (int dscp = 0; dscp < 64; dscp++) {
                for (int label : new int[] {0, 0xF_FFFF, 0xA_5A5A}) {
                    header.versionClassAndLabel((63 - dscp) << 2 | ecn, label);

                    header.dscp(dscp);

                    assertThat(header.version()).isEqualTo(6);
                    assertThat(header.dscp()).isEqualTo(dscp);
                    assertThat(header.ecn()).isEqualTo(ecn);
                    assertThat(header.flowLabel()).isEqualTo(label);
                }
            }
        }
    }

    @Test
    void shouldRedirect() {
        ByteBuffer buffer = amidJunk(GOLDEN, AT, CAPACITY);

        header.wrap(buffer, AT).redirect(high("2001:db8:2::11"), low("2001:db8:2::11"), 5);

        assertThat(read(buffer, AT, GOLDEN.length))
                .isEqualTo(hex(
                        "61 7f ed cb", // DSCP 5, ECN and flow label as they were
                        "ff dc",
                        "3a",
                        "fd", // a hop less
                        "fe80 0000 0000 0000 0000 00ff fe01 0203",
                        "2001 0db8 0002 0000 0000 0000 0000 0011"));
    }
}
