package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowCacheTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long PORTS = FlowKey.ports(FlowKey.TCP, 40_000, 80);

    private final FlowTable table = FlowTable.inMemory(100_000);
    private final FlowCache cache = new FlowCache(table, 1_024, FlowTimeouts.DEFAULT);
    private final FlowRecord flow = new FlowRecord();

    @AfterEach
    void close() throws Exception {
        table.close();
    }

    @Test
    void shouldMissWhatNobodyKnows() {
        assertThat(lookup(1, NOW_MS)).isEqualTo(FlowCache.MISS);
        assertThat(cache.misses()).isOne();
        assertThat(cache.hits()).isZero();
    }

    @Test
    void shouldWriteANewFlowThrough() {
        create(1, 7, FlowState.UDP, NOW_MS);

        assertThat(table.find(1, PORTS, flow)).isTrue();
        assertThat(flow.backendId()).isEqualTo(7);
        int slot = lookup(1, NOW_MS);
        assertThat(slot).isNotEqualTo(FlowCache.MISS);
        assertThat(cache.backendId(slot)).isEqualTo(7);
        assertThat(cache.state(slot)).isEqualTo(FlowState.UDP);
        assertThat(cache.hits()).isOne();
        assertThat(cache.misses()).isZero();
    }

    @Test
    void shouldReadAFlowThroughFromTheTable() {
        table.put(1, PORTS, flow.set(7, FlowState.ESTABLISHED, NOW_MS, 5, 500));

        int slot = lookup(1, NOW_MS + 10);

        assertThat(cache.backendId(slot)).isEqualTo(7);
        assertThat(cache.lastSeenMs(slot)).isEqualTo(NOW_MS);
        assertThat(cache.misses()).isOne();
        assertThat(lookup(1, NOW_MS + 10)).isEqualTo(slot);
        assertThat(cache.hits()).isOne();
    }

    @Test
    void shouldKeepABareSynFromTheTableUntilTheClientAnswers() {
        int slot = create(1, 7, FlowState.SYN, NOW_MS);
        cache.touch(slot, 60, NOW_MS);
        cache.writeBehind(NOW_MS + 10_000, 100);
        assertThat(table.size()).isZero();
        assertThat(cache.backendId(lookup(1, NOW_MS + 10))).isEqualTo(7);

        cache.state(slot, FlowState.ESTABLISHED, NOW_MS + 20);

        assertThat(table.find(1, PORTS, flow)).isTrue();
        assertThat(flow.state()).isEqualTo(FlowState.ESTABLISHED);
        assertThat(flow.packets()).as("the SYN counts too").isOne();
    }

    @Test
    void shouldLetASynReplaceAClosingFlowInTheTable() {
        create(1, 7, FlowState.CLOSING, NOW_MS);

        create(1, 8, FlowState.SYN, NOW_MS + 1);

        table.find(1, PORTS, flow);
        assertThat(flow.backendId()).isEqualTo(8);
        assertThat(flow.state()).isEqualTo(FlowState.SYN);
        assertThat(table.activeFlows(7)).isZero();
        assertThat(table.activeFlows(8)).isOne();
    }

    @Test
    void shouldWriteAChangeOfStateThroughWithWhatWasCounted() {
        int slot = create(1, 7, FlowState.ESTABLISHED, NOW_MS);
        cache.touch(slot, 100, NOW_MS + 5);

        cache.state(slot, FlowState.CLOSING, NOW_MS + 6);

        table.find(1, PORTS, flow);
        assertThat(flow.state()).isEqualTo(FlowState.CLOSING);
        assertThat(flow.lastSeenMs()).isEqualTo(NOW_MS + 6);
        assertThat(flow.bytes()).isEqualTo(100);
        assertThat(cache.writeBehind(NOW_MS + 10_000, 100))
                .as("nothing is left")
                .isZero();
    }

    @Test
    void shouldWriteTrafficBehindWithinTwoSeconds() {
        int slot = create(1, 7, FlowState.UDP, NOW_MS);
        cache.touch(slot, 100, NOW_MS + 10);
        cache.touch(slot, 200, NOW_MS + 20);

        assertThat(cache.writeBehind(NOW_MS + 2_009, 100)).isZero();
        assertThat(cache.writeBehind(NOW_MS + 2_010, 100)).isOne();

        table.find(1, PORTS, flow);
        assertThat(flow.lastSeenMs()).isEqualTo(NOW_MS + 20);
        assertThat(flow.packets()).isEqualTo(2);
        assertThat(flow.bytes()).isEqualTo(300);
        assertThat(cache.writeBehind(NOW_MS + 9_000, 100)).isZero();
        cache.touch(slot, 1, NOW_MS + 9_000);
        assertThat(cache.writeBehind(NOW_MS + 11_000, 100)).isOne();
    }

    @Test
    void shouldWriteNoMoreBehindThanItMay() {
        for (int i = 0; i < 100; i++) {
            cache.touch(create(i, 7, FlowState.UDP, NOW_MS), 1, NOW_MS);
        }

        assertThat(cache.writeBehind(NOW_MS + 2_000, 60)).isEqualTo(60);
        assertThat(cache.writeBehind(NOW_MS + 2_000, 60)).isEqualTo(40);
        assertThat(cache.writeBehind(NOW_MS + 2_000, 60)).isZero();
    }

    @Test
    void shouldWriteBehindWellWithinShortTimeouts() throws Exception {
        try (FlowCache hasty = new FlowCache(table, 64, new FlowTimeouts(1_000, 1_000, 1_000, 400))) {
            hasty.touch(hasty.create(1, PORTS, FlowKey.hash(1, PORTS), 7, FlowState.UDP, NOW_MS), 1, NOW_MS);

            assertThat(hasty.writeBehind(NOW_MS + 99, 100)).isZero();
            assertThat(hasty.writeBehind(NOW_MS + 100, 100)).isOne();
        }
    }

    @Test
    void shouldKeepAFlowAliveWhosePacketCameJustInTime() throws Exception {
        create(1, 7, FlowState.CLOSING, NOW_MS);
        cache.touch(lookup(1, NOW_MS + 29_999), 100, NOW_MS + 29_999);

        for (int step = 0; step < table.expirySteps(); step++) {
            table.expireNext(NOW_MS + 31_900, FlowTimeouts.DEFAULT);
        }
        cache.writeBehind(NOW_MS + 31_999, 100);

        assertThat(lookup(1, NOW_MS + 31_999)).isNotEqualTo(FlowCache.MISS);
        table.find(1, PORTS, flow);
        assertThat(flow.lastSeenMs()).isEqualTo(NOW_MS + 29_999);
    }

    @Test
    void shouldWriteEverythingWhenClosed() {
        for (int i = 0; i < 100; i++) {
            cache.touch(create(i, 7, FlowState.UDP, NOW_MS), 10, NOW_MS + 1);
        }

        cache.writeAll();

        table.forEach(each -> assertThat(each.bytes()).isEqualTo(10));
        assertThat(table.size()).isEqualTo(100);
    }

    @Test
    void shouldForgetAFlowThatWasRemovedFromTheTable() {
        int slot = create(1, 7, FlowState.ESTABLISHED, NOW_MS);
        table.remove(1, PORTS, flow);
        cache.touch(slot, 100, NOW_MS);

        cache.writeBehind(NOW_MS + 2_000, 100);

        assertThat(lookup(1, NOW_MS + 2_000)).isEqualTo(FlowCache.MISS);
        assertThat(table.size()).isZero();
    }

    @Test
    void shouldForgetAFlowThatWasRemovedWhenItsStateChanges() {
        int slot = create(1, 7, FlowState.ESTABLISHED, NOW_MS);
        table.remove(1, PORTS, flow);

        cache.state(slot, FlowState.CLOSING, NOW_MS);
        assertThat(cache.backendId(slot)).as("for the packet under way").isEqualTo(7);
        cache.touch(slot, 100, NOW_MS);

        assertThat(lookup(1, NOW_MS)).isEqualTo(FlowCache.MISS);
        cache.writeAll();
        assertThat(table.size()).isZero();
    }

    @Test
    void shouldTakeOverABackendAnotherWorkerChose() {
        cache.touch(create(1, 7, FlowState.ESTABLISHED, NOW_MS), 100, NOW_MS);
        table.put(1, PORTS, flow.set(8, FlowState.ESTABLISHED, NOW_MS, 1, 1));

        cache.writeBehind(NOW_MS + 2_000, 100);

        assertThat(cache.backendId(lookup(1, NOW_MS + 2_000))).isEqualTo(8);
        table.find(1, PORTS, flow);
        assertThat(flow.packets()).as("not the other connection's").isOne();
    }

    @Test
    void shouldMissAnIdleFlowUnlessAnotherWorkerSawIt() {
        create(1, 7, FlowState.CLOSING, NOW_MS);
        create(2, 7, FlowState.CLOSING, NOW_MS);
        table.update(2, PORTS, flow.set(7, FlowState.CLOSING, NOW_MS + 20_000));

        assertThat(lookup(1, NOW_MS + 29_999)).isNotEqualTo(FlowCache.MISS);
        assertThat(lookup(1, NOW_MS + 30_000)).isEqualTo(FlowCache.MISS);
        assertThat(lookup(2, NOW_MS + 30_000)).isNotEqualTo(FlowCache.MISS);
    }

    @Test
    void shouldMissAnIdleFlowOfTheTable() {
        table.put(1, PORTS, flow.set(7, FlowState.UDP, NOW_MS));

        assertThat(lookup(1, NOW_MS + 300_000)).isEqualTo(FlowCache.MISS);
    }

    @Test
    void shouldServeAFlowTheFullTableHasNoRoomFor() throws Exception {
        try (FlowTable full = FlowTable.inMemory(1)) {
            FlowCache front = new FlowCache(full, 64, FlowTimeouts.DEFAULT);
            full.put(9, PORTS, flow.set(1, FlowState.UDP, NOW_MS));

            int slot = front.create(1, PORTS, FlowKey.hash(1, PORTS), 7, FlowState.UDP, NOW_MS);
            front.touch(slot, 100, NOW_MS);

            assertThat(front.tableFull()).isOne();
            assertThat(front.lookup(1, PORTS, FlowKey.hash(1, PORTS), NOW_MS)).isEqualTo(slot);
            full.remove(9, PORTS, flow);
            front.writeBehind(NOW_MS + 2_000, 10);
            assertThat(full.find(1, PORTS, flow)).as("once there is room").isTrue();
            assertThat(flow.bytes()).isEqualTo(100);
        }
    }

    @Test
    void shouldEvictExpiredThenEmbryonicThenOldestAndTellTheTable() {
        FlowCache tiny = new FlowCache(table, 8, FlowTimeouts.DEFAULT);
        long[] hash = new long[12];
        for (int i = 0; i < 8; i++) {
            FlowState state = i == 5 ? FlowState.SYN : i == 6 ? FlowState.CLOSING : FlowState.ESTABLISHED;
            int slot = tiny.create(i, PORTS, hash[i], i, state, NOW_MS + 10L * i);
            tiny.touch(slot, 100 + i, NOW_MS + 10L * i + (i == 0 ? 500 : 0));
        }
        long laterMs = NOW_MS + 29_000;
        tiny.touch(tiny.lookup(5, PORTS, 0, laterMs), 1, laterMs);

        tiny.create(8, PORTS, 0, 8, FlowState.ESTABLISHED, NOW_MS + 30_060);
        assertThat(bytesInTable(6)).as("the expired one went first").isEqualTo(106);
        tiny.create(9, PORTS, 0, 9, FlowState.ESTABLISHED, NOW_MS + 30_060);
        assertThat(table.find(5, PORTS, flow))
                .as("then the embryonic one, unsaid")
                .isFalse();
        tiny.create(10, PORTS, 0, 10, FlowState.ESTABLISHED, NOW_MS + 30_060);
        assertThat(bytesInTable(1)).as("then the oldest").isEqualTo(101);

        assertThat(tiny.evictions()).isEqualTo(3);
        assertThat(bytesInTable(0)).as("not written yet").isZero();
    }

    @Test
    void shouldRefuseASizeThatIsNoPowerOfTwo() {
        assertThatThrownBy(() -> new FlowCache(table, 1_000, FlowTimeouts.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1000");
    }

    private long bytesInTable(long addresses) {
        assertThat(table.find(addresses, PORTS, flow)).isTrue();
        return flow.bytes();
    }

    private int lookup(long addresses, long nowMs) {
        return cache.lookup(addresses, PORTS, FlowKey.hash(addresses, PORTS), nowMs);
    }

    private int create(long addresses, int backendId, FlowState state, long nowMs) {
        return cache.create(addresses, PORTS, FlowKey.hash(addresses, PORTS), backendId, state, nowMs);
    }
}
