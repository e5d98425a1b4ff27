package dev.trigon.dataplane.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpAddressTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "203.0.113.10, 0000000000000000, 0000ffffcb00710a, true, false",
        "0.0.0.0, 0000000000000000, 0000ffff00000000, true, false",
        "223.255.255.255, 0000000000000000, 0000ffffdfffffff, true, false",
        "224.0.0.1, 0000000000000000, 0000ffffe0000001, true, true",
        "239.255.255.255, 0000000000000000, 0000ffffefffffff, true, true",
        "255.255.255.255, 0000000000000000, 0000ffffffffffff, true, false",
        "2001:db8:f::10, 20010db8000f0000, 0000000000000010, false, false",
        "::, 0000000000000000, 0000000000000000, false, false",
        "::1, 0000000000000000, 0000000000000001, false, false",
        "::fffe:cb00:710a, 0000000000000000, 0000fffecb00710a, false, false",
        "1::ffff:cb00:710a, 0001000000000000, 0000ffffcb00710a, false, false",
        "ff02::1:ff00:10, ff02000000000000, 00000001ff000010, false, true",
        "fe80::1, fe80000000000000, 0000000000000001, false, false",
    })
    void shouldHoldAddressesOfBothFamilies(String text, String high, String low, boolean ipv4, boolean multicast)
            throws UnknownHostException {
        InetAddress address = InetAddress.getByName(text);
        long highWord = Long.parseUnsignedLong(high, 16);
        long lowWord = Long.parseUnsignedLong(low, 16);

        assertThat(IpAddress.high(address)).isEqualTo(highWord);
        assertThat(IpAddress.low(address)).isEqualTo(lowWord);
        assertThat(IpAddress.toInetAddress(highWord, lowWord)).isEqualTo(address);
        assertThat(IpAddress.isIpv4(highWord, lowWord)).isEqualTo(ipv4);
        assertThat(IpAddress.isMulticast(highWord, lowWord)).isEqualTo(multicast);
    }

    @Test
    void shouldNameTheGroupThatIsAskedForAnAddress() {
        long low = IpAddress.solicitedNodeLow(0x8000_0000_00FE_DCBAL);

        assertThat(IpAddress.toInetAddress(IpAddress.SOLICITED_NODE_HIGH, low).getHostAddress())
                .isEqualTo("ff02:0:0:0:0:1:fffe:dcba");
        assertThat(IpAddress.isSolicitedNode(IpAddress.SOLICITED_NODE_HIGH, low))
                .isTrue();
        assertThat(IpAddress.isSolicitedNode(IpAddress.SOLICITED_NODE_HIGH, 1)).isFalse();
        assertThat(IpAddress.isSolicitedNode(IpAddress.SOLICITED_NODE_HIGH, low ^ (1L << 24)))
                .isFalse();
        assertThat(IpAddress.isSolicitedNode(IpAddress.SOLICITED_NODE_HIGH | 1, low))
                .isFalse();
    }
}
