package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The cache and its table together must know what a plain map knows, whatever is evicted, written behind or expired; of
 * IPv4 flows and of IPv6 flows that differ from those, and from each other, in one word of the key or another.
 */
class FlowCacheModelTest {
    private static final FlowTimeouts TIMEOUTS = new FlowTimeouts(40_000, 60_000, 20_000, 10_000, 30_000);
    private static final int STEPS = 200_000;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Map<Integer, Flow> model = new HashMap<>();
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
                table.expireNext(nowMs, id -> TIMEOUTS);
            }
            cache.writeAll();
            assertTableIsTheModel();
        }
    }

    private void packet(FlowCache cache, int flow) {
        FlowKey key = key(flow);
        Flow expected = live(flow);
        int octets = random.nextInt(1_500);
        int slot = cache.lookup(key, TIMEOUTS, nowMs);
        boolean isNew = expected == null;
        if (expected == null) {
            assertThat(slot).as("flow %d", flow).isEqualTo(FlowCache.MISS);
            expected = new Flow(random.nextInt(), random.nextBoolean() ? FlowState.UDP : FlowState.ESTABLISHED);
            model.put(flow, expected);
            slot = cache.create(key, expected.backendId, expected.state, octets, nowMs);
        }
        assertThat(slot).as("flow %d", flow).isNotNegative();
        assertThat(cache.backendId(slot)).isEqualTo(expected.backendId);
        assertThat(cache.state(slot)).isEqualTo(expected.state);
        if (expected.state == FlowState.ESTABLISHED && random.nextInt(50) == 0) {
            expected.state = FlowState.CLOSING;
            cache.state(slot, FlowState.CLOSING, nowMs);
        }
        if (!isNew) {
            cache.touch(slot, octets, nowMs);
        }
        expected.seen(octets, nowMs);
    }

    private Flow live(int flow) {
        Flow known = model.get(flow);
        return known == null || TIMEOUTS.expired(known.state, known.lastSeenMs, nowMs) ? null : known;
    }

    /** As the control plane does. */
    private void remove(FlowCache cache, int flow) {
        table.remove(key(flow), record);
        table.raiseGeneration();
        cache.refresh();
        model.remove(flow);
    }

    /** Flows of the same client by fives: the first is IPv4; each of the others is alike but for its place in this. */
    private static FlowKey key(int flow) {
        FlowKey ipv4 = Keys.ipv4(flow / 5);
        long client = ipv4.clientLow();
        long vip = ipv4.vipLow();
        return switch (flow % 5) {
            case 0 -> ipv4;
            case 1 -> ipv6(Keys.CLIENTS_HIGH, client, Keys.VIPS_HIGH, vip);
            case 2 -> ipv6(Keys.CLIENTS_HIGH + 1, client, Keys.VIPS_HIGH, vip);
            case 3 -> ipv6(Keys.CLIENTS_HIGH, client, Keys.VIPS_HIGH + 1, vip);
            default -> ipv6(0, client, Keys.VIPS_HIGH, vip);
        };
    }

    private static FlowKey ipv6(long clientHigh, long clientLow, long vipHigh, long vipLow) {
        return new FlowKey().set(clientHigh, clientLow, vipHigh, vipLow, FlowKey.TCP, Keys.CLIENT_PORT, Keys.VIP_PORT);
    }

    /** The number of a key. */
    private static int flow(FlowKey key) {
        int kind = 0;
        while (kind < 5) {
            FlowKey candidate = key(5 * Keys.number(key) + kind);
            if (candidate.clientHigh() == key.clientHigh() && candidate.vipHigh() == key.vipHigh()) {
                return 5 * Keys.number(key) + kind;
            }
            kind++;
        }
        throw new AssertionError("no flow's key");
    }

    private void assertTableIsTheModel() {
        long[] found = new long[1];
        table.forEach(each -> {
            Flow expected = model.get(flow(each.key()));
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
                int port = random.nextInt(1 << 16);
                FlowKey key = (i & 1) == 0 ? Keys.ipv4(random.nextInt(), port) : Keys.ipv6(random.nextLong(), port);
                cache.create(key, i, FlowState.UDP, 0, nowMs);
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
