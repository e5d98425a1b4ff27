package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlowKeyTest {
    @Test
    void shouldGiveBackEveryField() {
        long addresses = FlowKey.addresses(0xC633_640A, 0xCB00_710A);
        long ports = FlowKey.ports(FlowKey.TCP, 65_535, 40_001);

        assertThat(FlowKey.client(addresses)).isEqualTo(0xC633_640A);
        assertThat(FlowKey.vip(addresses)).isEqualTo(0xCB00_710A);
        assertThat(FlowKey.protocol(ports)).isEqualTo(6);
        assertThat(FlowKey.clientPort(ports)).isEqualTo(65_535);
        assertThat(FlowKey.vipPort(ports)).isEqualTo(40_001);
    }

    @Test
    void shouldNotLetOneFieldIntoAnother() {
        assertThat(FlowKey.addresses(0, -1)).isEqualTo(0xFFFF_FFFFL);
        assertThat(FlowKey.ports(0, 0, -1)).isEqualTo(0xFFFF);
        assertThat(FlowKey.ports(0, -1, 0)).isEqualTo(0xFFFF_0000L);
        assertThat(FlowKey.ports(-1, 0, 0)).isEqualTo(0xFF_0000_0000L);
    }

    @Test
    void shouldChangeHalfOfTheHashWithEveryBitOfTheKey() {
        long addresses = FlowKey.addresses(0xC633_640A, 0xCB00_710A);
        long ports = FlowKey.ports(FlowKey.UDP, 1_024, 53);
        long hash = FlowKey.hash(addresses, ports);

        for (int bit = 0; bit < Long.SIZE; bit++) {
            assertThat(Long.bitCount(hash ^ FlowKey.hash(addresses ^ (1L << bit), ports)))
                    .isBetween(14, 50);
            assertThat(Long.bitCount(hash ^ FlowKey.hash(addresses, ports ^ (1L << bit))))
                    .isBetween(14, 50);
        }
    }

    @Test
    void shouldSpreadOneClientsPortsEvenly() {
        int[] buckets = new int[256];
        for (int port = 0; port < 65_536; port++) {
            long hash = FlowKey.hash(FlowKey.addresses(0x0A00_0001, 0xCB00_710A), FlowKey.ports(6, port, 80));
            buckets[(int) hash & 0xFF]++;
        }

        for (int bucket : buckets) {
            assertThat(bucket).isBetween(256 - 6 * 16, 256 + 6 * 16);
        }
    }
}
