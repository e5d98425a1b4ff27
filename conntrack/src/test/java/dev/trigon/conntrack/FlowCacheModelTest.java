package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cache and its table together must know what a plain map knows, whatever is evicted, written behind or expired. */
class FlowCacheModelTest {
    private static final long PORTS = FlowKey.ports(FlowKey.TCP, 40_000, 80);
    private static final FlowTimeouts TIMEOUTS = new FlowTimeouts(40_000, 60_000, 20_000, 30_000);
    private static final int STEPS = 200_000;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Map<Long, Flow> model = new HashMap<>();
    private final FlowTable table = FlowTable.inMemory(100_000);
    private final FlowRecord record = new FlowRecord();
    private long nowMs = 1_800_000_000_000L;

    @ParameterizedTest
    @ValueSource(ints = {8, 64, 4_096})
    void shouldKnowWhatAMapKnows(int entries) throws Exception {
        System.out.println("seed " + seed + ", entries " + entries);
        try (table;
                FlowCache cache = new FlowCache(table, entries, TIMEOUTS)) {
            for (int step = 0; step < STEPS; step++) {
                nowMs += random.nextInt(20);
                int flow = random.nextInt(500);
                packet(cache, flow);
                cache.writeBehind(nowMs, random.nextInt(20));
                if (random.nextInt(5_000) == 0) {
                    remove(cache, flow);
                }
                table.expireNext(nowMs, TIMEOUTS);
            }
            cache.writeAll();
            assertTableIsTheModel();
        }
    }

    private void packet(FlowCache cache, long flow) {
        long hash = FlowKey.hash(flow, PORTS);
        Flow expected = live(flow);
        int slot = cache.lookup(flow, PORTS, hash, nowMs);
        if (expected == null) {
            assertThat(slot).as("flow %d", flow).isEqualTo(FlowCache.MISS);
            expected = new Flow(random.nextInt(), random.nextBoolean() ? FlowState.UDP : FlowState.ESTABLISHED);
            model.put(flow, expected);
            slot = cache.create(flow, PORTS, hash, expected.backendId, expected.state, nowMs);
        }
        assertThat(slot).as("flow %d", flow).isNotNegative();
        assertThat(cache.backendId(slot)).isEqualTo(expected.backendId);
        assertThat(cache.state(slot)).isEqualTo(expected.state);
        if (expected.state == FlowState.ESTABLISHED && random.nextInt(50) == 0) {
            expected.state = FlowState.CLOSING;
            cache.state(slot, FlowState.CLOSING, nowMs);
        }
        int octets = random.nextInt(1_500);
        cache.touch(slot, octets, nowMs);
        expected.seen(octets, nowMs);
    }

    private Flow live(long flow) {
        Flow known = model.get(flow);
        return known == null || TIMEOUTS.expired(known.state, known.lastSeenMs, nowMs) ? null : known;
    }

    /** As the control plane does: the cache comes to know of it when it next writes. */
    private void remove(FlowCache cache, long flow) {
        cache.writeAll();
        assertThat(table.remove(flow, PORTS, record)).isTrue();
        int slot = cache.lookup(flow, PORTS, FlowKey.hash(flow, PORTS), nowMs);
        if (slot != FlowCache.MISS) {
            cache.touch(slot, 1, nowMs);
            cache.writeAll();
        }
        model.remove(flow);
    }

    private void assertTableIsTheModel() {
        long[] found = new long[1];
        table.forEach(each -> {
            Flow expected = model.get(each.addresses());
            assertThat(each.backendId()).isEqualTo(expected.backendId);
            assertThat(each.state()).isEqualTo(expected.state);
            assertThat(each.lastSeenMs()).isEqualTo(expected.lastSeenMs);
            assertThat(each.packets()).isEqualTo(expected.packets);
            assertThat(each.bytes()).isEqualTo(expected.bytes);
            found[0] += TIMEOUTS.expired(each.state(), each.lastSeenMs(), nowMs) ? 0 : 1;
        });
        model.keySet().removeIf(flow -> live(flow) == null);
        assertThat(found[0]).isEqualTo(model.size()).isPositive();
    }

    @Test
    void shouldFindEveryFlowAgainInAHalfFullCache() throws Exception {
        System.out.println("seed " + seed);
        try (table) {
            FlowCache cache = new FlowCache(table, 1 << 16, TIMEOUTS);
            for (int i = 0; i < 1 << 15; i++) {
                long addresses = random.nextLong();
                long ports = PORTS + random.nextInt(1 << 16);
                cache.create(addresses, ports, FlowKey.hash(addresses, ports), i, FlowState.UDP, nowMs);
            }

            assertThat(cache.evictions()).as("of 32,768").isLessThan(200);
        }
    }

    private static final class Flow {
        final int backendId;
        FlowState state;
        long lastSeenMs;
        long packets;
        long bytes;

        Flow(int backendId, FlowState state) {
            this.backendId = backendId;
            this.state = state;
        }

        void seen(int octets, long nowMs) {
            packets++;
            bytes += octets;
            lastSeenMs = nowMs;
        }
    }
}
