package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Flows of both families in one cache. */
class FlowCacheFamiliesTest {
    private static final long NOW_MS = 1_800_000_000_000L;

    private final FlowTable table = FlowTable.inMemory(100_000);
    private final FlowRecord flow = new FlowRecord();

    @AfterEach
    void close() throws Exception {
        table.close();
    }

    @Test
    void shouldTellIpv6FlowsApartByTheirHighWords() {
        FlowKey client = ipv6(Keys.CLIENTS_HIGH + 1, 1, Keys.VIPS_HIGH, 0x10);
        FlowKey vip = ipv6(Keys.CLIENTS_HIGH, 1, Keys.VIPS_HIGH + 1, 0x10);
        FlowCache tiny = new FlowCache(table, 8, FlowTimeouts.DEFAULT);
        tiny.create(Keys.ipv6(1), 7, FlowState.UDP, 0, NOW_MS);

        assertThat(tiny.lookup(client, FlowTimeouts.DEFAULT, NOW_MS)).isEqualTo(FlowCache.MISS);
        assertThat(tiny.lookup(vip, FlowTimeouts.DEFAULT, NOW_MS)).isEqualTo(FlowCache.MISS);
        tiny.create(client, 8, FlowState.UDP, 0, NOW_MS);
        tiny.create(vip, 9, FlowState.UDP, 0, NOW_MS);

        assertThat(tiny.backendId(tiny.lookup(Keys.ipv6(1), FlowTimeouts.DEFAULT, NOW_MS)))
                .isEqualTo(7);
        assertThat(tiny.backendId(tiny.lookup(client, FlowTimeouts.DEFAULT, NOW_MS)))
                .isEqualTo(8);
        assertThat(tiny.backendId(tiny.lookup(vip, FlowTimeouts.DEFAULT, NOW_MS)))
                .isEqualTo(9);
        assertThat(tiny.hits()).isEqualTo(3);
        assertThat(table.size()).isEqualTo(3);
    }

    @Test
    void shouldTellAnIpv6FlowFromTheIpv4FlowItsLowWordsLookLike() {
        FlowKey ipv4 = Keys.ipv4(1);
        FlowKey lookalike = ipv6(Keys.CLIENTS_HIGH, ipv4.clientLow(), Keys.VIPS_HIGH, ipv4.vipLow());
        FlowKey halfMapped = ipv6(0, ipv4.clientLow(), Keys.VIPS_HIGH, ipv4.vipLow());
        FlowCache tiny = new FlowCache(table, 8, FlowTimeouts.DEFAULT);
        tiny.create(ipv4, 7, FlowState.UDP, 0, NOW_MS);
        assertThat(tiny.lookup(lookalike, FlowTimeouts.DEFAULT, NOW_MS)).isEqualTo(FlowCache.MISS);
        tiny.create(lookalike, 8, FlowState.UDP, 0, NOW_MS);
        assertThat(tiny.lookup(halfMapped, FlowTimeouts.DEFAULT, NOW_MS)).isEqualTo(FlowCache.MISS);

        assertThat(tiny.backendId(tiny.lookup(ipv4, FlowTimeouts.DEFAULT, NOW_MS)))
                .isEqualTo(7);
        assertThat(tiny.backendId(tiny.lookup(lookalike, FlowTimeouts.DEFAULT, NOW_MS)))
                .isEqualTo(8);
        assertThat(table.size()).isEqualTo(2);
    }

    @Test
    void shouldWriteTheRightKeysWhenIpv4TakesAnIpv6FlowsSlot() {
        FlowCache tiny = new FlowCache(table, 8, FlowTimeouts.DEFAULT);
        for (int i = 0; i < 8; i++) {
            tiny.create(Keys.ipv6(i), i, FlowState.UDP, 0, NOW_MS);
        }
        for (int i = 0; i < 8; i++) {
            tiny.touch(tiny.create(Keys.ipv4(i), 100 + i, FlowState.UDP, 0, NOW_MS + 1), 50, NOW_MS + 1);
        }
        tiny.writeAll();

        assertThat(tiny.evictions()).isEqualTo(8);
        assertThat(table.size()).isEqualTo(16);
        for (int i = 0; i < 8; i++) {
            assertThat(table.find(Keys.ipv6(i), flow)).isTrue();
            assertThat(flow.backendId()).isEqualTo(i);
            assertThat(flow.bytes()).isZero();
            assertThat(table.find(Keys.ipv4(i), flow)).isTrue();
            assertThat(flow.backendId()).isEqualTo(100 + i);
            assertThat(flow.bytes()).isEqualTo(50);
        }
    }

    private static FlowKey ipv6(long clientHigh, long clientLow, long vipHigh, long vipLow) {
        return new FlowKey().set(clientHigh, clientLow, vipHigh, vipLow, FlowKey.TCP, Keys.CLIENT_PORT, Keys.VIP_PORT);
    }
}
