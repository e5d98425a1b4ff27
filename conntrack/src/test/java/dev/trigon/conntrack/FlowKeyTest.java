package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlowKeyTest {
    private static final long CLIENT = Keys.MAPPED | 0xC633_640AL;
    private static final long VIP = Keys.MAPPED | 0xCB00_710AL;

    @Test
    void shouldGiveBackEveryField() {
        FlowKey key = new FlowKey().set(-1, -2, -3, -4, FlowKey.TCP, 65_535, 40_001);

        assertThat(key.clientHigh()).isEqualTo(-1);
        assertThat(key.clientLow()).isEqualTo(-2);
        assertThat(key.vipHigh()).isEqualTo(-3);
        assertThat(key.vipLow()).isEqualTo(-4);
        assertThat(key.protocol()).isEqualTo(6);
        assertThat(key.clientPort()).isEqualTo(65_535);
        assertThat(key.vipPort()).isEqualTo(40_001);
        assertThat(key.isIpv6()).isTrue();
    }

    @Test
    void shouldNotLetOneFieldIntoAnother() {
        FlowKey key = new FlowKey();

        assertThat(ipv4(key, 0, 0, -1).ports()).isEqualTo(0xFFFF);
        assertThat(ipv4(key, 0, -1, 0).ports()).isEqualTo(0xFFFF_0000L);
        assertThat(ipv4(key, -1, 0, 0).ports()).isEqualTo(0xFF_0000_0000L);
        assertThat(key.set(1, CLIENT, 0, VIP, 0, 0, 0).ports()).isEqualTo(0x100_0000_0000L);
    }

    @ParameterizedTest
    @CsvSource({
        // client high, client low,          VIP high,         VIP low,          IPv6?
        "0000000000000000, 0000ffffc633640a, 0000000000000000, 0000ffffcb00710a, false",
        "20010db8000c0000, 0000ffffc633640a, 20010db8000f0000, 0000ffffcb00710a, true",
        "20010db8000c0000, 0000ffffc633640a, 0000000000000000, 0000ffffcb00710a, true",
        "0000000000000000, 0000ffffc633640a, 20010db8000f0000, 0000ffffcb00710a, true",
        "0000000000000000, 0000000000000001, 0000000000000000, 0000000000000001, true",
        "0000000000000000, 0000fffec633640a, 0000000000000000, 0000ffffcb00710a, true",
        "0000000000000000, 0000ffffc633640a, 0000000000000000, 0001ffffcb00710a, true",
    })
    void shouldTellTheFamily(String clientHigh, String clientLow, String vipHigh, String vipLow, boolean ipv6) {
        FlowKey key = new FlowKey().set(hex(clientHigh), hex(clientLow), hex(vipHigh), hex(vipLow), 6, 1, 2);

        assertThat(key.isIpv6()).isEqualTo(ipv6);
    }

    @Test
    void shouldHashIpv4AsBeforeThereWasIpv6() {
        assertThat(ipv4(new FlowKey(), FlowKey.TCP, 40_000, 80).hash()).isEqualTo(0xA38E_4910_EBE3_756CL);
    }

    /** Of an IPv4 address only the lower half of its low word: the rest is what makes it IPv4. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldChangeHalfOfTheHashWithEveryBitOfTheKey(boolean ipv6) {
        FlowKey key = ipv6 ? Keys.ipv6(0xC633_640A) : Keys.ipv4(0xC633_640A);
        int addressBits = ipv6 ? Long.SIZE : Integer.SIZE;

        for (int bit = 0; bit < addressBits; bit++) {
            long flip = 1L << bit;
            assertSpread(key, ipv6 ? flip : 0, ipv6 ? 0 : flip, 0, 0, 0);
            assertSpread(key, 0, flip, 0, 0, 0);
            assertSpread(key, 0, 0, ipv6 ? flip : 0, ipv6 ? 0 : flip, 0);
            assertSpread(key, 0, 0, 0, flip, 0);
        }
        for (int bit = 0; bit < 40; bit++) {
            assertSpread(key, 0, 0, 0, 0, 1L << bit);
        }
    }

    private static void assertSpread(FlowKey key, long a, long b, long c, long d, long e) {
        FlowKey other = new FlowKey()
                .words(key.clientHigh() ^ a, key.clientLow() ^ b, key.vipHigh() ^ c, key.vipLow() ^ d, key.ports() ^ e);
        assertThat(Long.bitCount(key.hash() ^ other.hash())).isBetween(14, 50);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSpreadOneClientsPortsEvenly(boolean ipv6) {
        int[] buckets = new int[256];
        for (int port = 0; port < 65_536; port++) {
            FlowKey key = ipv6 ? Keys.ipv6(1, port) : Keys.ipv4(1, port);
            buckets[(int) key.hash() & 0xFF]++;
        }

        for (int bucket : buckets) {
            assertThat(bucket).isBetween(256 - 6 * 16, 256 + 6 * 16);
        }
    }

    private static FlowKey ipv4(FlowKey key, int protocol, int clientPort, int vipPort) {
        return key.set(0, CLIENT, 0, VIP, protocol, clientPort, vipPort);
    }

    private static long hex(String word) {
        return Long.parseUnsignedLong(word, 16);
    }
}
