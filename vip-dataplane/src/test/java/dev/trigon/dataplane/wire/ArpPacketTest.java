package dev.trigon.dataplane.wire;

import static dev.trigon.dataplane.wire.Octets.amidJunk;
import static dev.trigon.dataplane.wire.Octets.hex;
import static dev.trigon.dataplane.wire.Octets.ip;
import static dev.trigon.dataplane.wire.Octets.junk;
import static dev.trigon.dataplane.wire.Octets.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ArpPacketTest {
    private static final int AT = 14;
    private static final byte[] GOLDEN = hex(
            "00 01", // Ethernet
            "08 00", // IPv4
            "06", // octets of a MAC
            "04", // octets of an address
            "00 02", // reply
            "fe 01 02 03 04 05", // sender's MAC
            "cb 00 71 0a", // sender's address
            "82 11 12 13 14 95", // target's MAC
            "c6 33 64 fe"); // target's address

    private final ArpPacket arp = new ArpPacket();

    @Test
    void shouldReadEveryField() {
        arp.wrap(amidJunk(GOLDEN, AT, 64), AT);

        assertThat(arp.isEthernetIpv4()).isTrue();
        assertThat(arp.operation()).isEqualTo(ArpPacket.REPLY);
        assertThat(arp.senderMac()).isEqualTo(0xFE01_0203_0405L);
        assertThat(arp.senderIp()).isEqualTo(ip("203.0.113.10"));
        assertThat(arp.targetMac()).isEqualTo(0x8211_1213_1495L);
        assertThat(arp.targetIp()).isEqualTo(ip("198.51.100.254"));
    }

    @Test
    void shouldWriteEveryFieldAndNothingBeside() {
        ByteBuffer buffer = junk(64);
        arp.wrap(buffer, AT);

        arp.ethernetIpv4();
        arp.operation(ArpPacket.REPLY);
        arp.senderMac(0xFE01_0203_0405L);
        arp.senderIp(ip("203.0.113.10"));
        arp.targetMac(0x8211_1213_1495L);
        arp.targetIp(ip("198.51.100.254"));

        assertThat(read(buffer, 0, 64)).isEqualTo(read(amidJunk(GOLDEN, AT, 64), 0, 64));
        assertThat(ArpPacket.LENGTH).isEqualTo(GOLDEN.length);
    }

    @Test
    void shouldNotTakeAnotherHardwareOrProtocolForEthernetAndIpv4() {
        for (int octet = 0; octet < 6; octet++) {
            byte[] other = GOLDEN.clone();
            other[octet] ^= 0x40;
            assertThat(arp.wrap(amidJunk(other, AT, 64), AT).isEthernetIpv4())
                    .as("octet %d", octet)
                    .isFalse();
        }
    }
}
