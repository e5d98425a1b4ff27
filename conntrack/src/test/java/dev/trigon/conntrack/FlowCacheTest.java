package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowCacheTest {
    private static final long NOW_MS = 1_800_000_000_000L;

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

        assertThat(table.find(key(1), flow)).isTrue();
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
        table.put(key(1), flow.set(7, FlowState.ESTABLISHED, NOW_MS, 5, 500));

        int slot = lookup(1, NOW_MS + 10);

        assertThat(cache.backendId(slot)).isEqualTo(7);
        assertThat(cache.lastSeenMs(slot)).isEqualTo(NOW_MS);
        assertThat(cache.misses()).isOne();
        assertThat(lookup(1, NOW_MS + 10)).isEqualTo(slot);
        assertThat(cache.hits()).isOne();
    }

    @Test
    void shouldWriteAChangeOfStateThroughWithWhatWasCounted() {
        int slot = create(1, 7, FlowState.ESTABLISHED, NOW_MS);
        cache.touch(slot, 100, NOW_MS + 5);

        cache.state(slot, FlowState.CLOSING, NOW_MS + 6);

        table.find(key(1), flow);
        assertThat(flow.state()).isEqualTo(FlowState.CLOSING);
        assertThat(flow.lastSeenMs()).isEqualTo(NOW_MS + 6);
        assertThat(flow.bytes()).isEqualTo(100);
        assertThat(cache.writeBehind(NOW_MS + 10_000, 100))
                .as("nothing is left")
                .isZero();
    }

    @Test
    void shouldTellTheTableOfAFlowOfOnePacketOnce() {
        cache.create(key(1), 7, FlowState.UDP, 60, NOW_MS);

        table.find(key(1), flow);
        assertThat(flow.packets()).isOne();
        assertThat(flow.bytes()).isEqualTo(60);
        assertThat(cache.writeBehind(NOW_MS + 10_000, 100))
                .as("nothing is left")
                .isZero();
    }

    @Test
    void shouldWriteTrafficBehindWithinTenSeconds() {
        int slot = create(1, 7, FlowState.UDP, NOW_MS);
        cache.touch(slot, 100, NOW_MS + 10);
        cache.touch(slot, 200, NOW_MS + 20);

        assertThat(cache.writeBehind(NOW_MS + 10_009, 100)).isZero();
        assertThat(cache.writeBehind(NOW_MS + 10_010, 100)).isOne();

        table.find(key(1), flow);
        assertThat(flow.lastSeenMs()).isEqualTo(NOW_MS + 20);
        assertThat(flow.packets()).as("and its first").isEqualTo(3);
        assertThat(flow.bytes()).isEqualTo(300);
        assertThat(cache.writeBehind(NOW_MS + 19_000, 100)).isZero();
        cache.touch(slot, 1, NOW_MS + 19_000);
        assertThat(cache.writeBehind(NOW_MS + 29_000, 100)).isOne();
    }

    @Test
    void shouldWriteWithinASecondWhenItHasTime() {
        int slot = create(1, 7, FlowState.UDP, NOW_MS);
        cache.touch(slot, 100, NOW_MS + 10);

        assertThat(cache.writeSoon(NOW_MS + 1_009, 100)).isZero();
        assertThat(cache.writeSoon(NOW_MS + 1_010, 100)).isOne();
    }

    @Test
    void shouldWriteNoMoreBehindThanItMay() {
        for (int i = 0; i < 100; i++) {
            cache.touch(create(i, 7, FlowState.UDP, NOW_MS), 1, NOW_MS);
        }

        assertThat(cache.writeBehind(NOW_MS + 10_000, 60)).isEqualTo(60);
        assertThat(cache.writeBehind(NOW_MS + 10_000, 60)).isEqualTo(40);
        assertThat(cache.writeBehind(NOW_MS + 10_000, 60)).isZero();
    }

    @Test
    void shouldWriteBehindWellWithinShortTimeouts() throws Exception {
        try (FlowCache hasty = new FlowCache(table, 64, new FlowTimeouts(1_000, 1_000, 1_000, 1_000, 400))) {
            hasty.touch(hasty.create(key(1), 7, FlowState.UDP, 0, NOW_MS), 1, NOW_MS);

            assertThat(hasty.writeBehind(NOW_MS + 99, 100)).isZero();
            assertThat(hasty.writeBehind(NOW_MS + 100, 100)).isOne();
        }
    }

    @Test
    void shouldKeepAFlowAliveWhosePacketCameJustInTime() throws Exception {
        create(1, 7, FlowState.CLOSING, NOW_MS);
        cache.touch(lookup(1, NOW_MS + 29_999), 100, NOW_MS + 29_999);

        for (int step = 0; step < table.expirySteps(); step++) {
            table.expireNext(NOW_MS + 49_900, id -> FlowTimeouts.DEFAULT);
        }
        cache.writeBehind(NOW_MS + 39_999, 100);

        assertThat(lookup(1, NOW_MS + 39_999)).isNotEqualTo(FlowCache.MISS);
        table.find(key(1), flow);
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
        table.remove(key(1), flow);
        cache.touch(slot, 100, NOW_MS);

        cache.writeBehind(NOW_MS + 10_000, 100);

        assertThat(lookup(1, NOW_MS + 10_000)).isEqualTo(FlowCache.MISS);
        assertThat(table.size()).isZero();
    }

    @Test
    void shouldForgetAFlowThatWasRemovedWhenItsStateChanges() {
        int slot = create(1, 7, FlowState.ESTABLISHED, NOW_MS);
        table.remove(key(1), flow);

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
        table.put(key(1), flow.set(8, FlowState.ESTABLISHED, NOW_MS, 1, 1));

        cache.writeBehind(NOW_MS + 10_000, 100);

        assertThat(cache.backendId(lookup(1, NOW_MS + 10_000))).isEqualTo(8);
        table.find(key(1), flow);
        assertThat(flow.packets()).as("not the other connection's").isOne();
    }

    @Test
    void shouldMissAnIdleFlowUnlessAnotherWorkerSawIt() {
        create(1, 7, FlowState.CLOSING, NOW_MS);
        create(2, 7, FlowState.CLOSING, NOW_MS);
        table.update(key(2), flow.set(7, FlowState.CLOSING, NOW_MS + 20_000));

        assertThat(lookup(1, NOW_MS + 29_999)).isNotEqualTo(FlowCache.MISS);
        assertThat(lookup(1, NOW_MS + 30_000)).isEqualTo(FlowCache.MISS);
        assertThat(lookup(2, NOW_MS + 30_000)).isNotEqualTo(FlowCache.MISS);
    }

    @Test
    void shouldMissAnIdleFlowOfTheTable() {
        table.put(key(1), flow.set(7, FlowState.UDP, NOW_MS));

        assertThat(lookup(1, NOW_MS + 300_000)).isEqualTo(FlowCache.MISS);
    }

    @Test
    void shouldServeAFlowTheFullTableHasNoRoomFor() throws Exception {
        try (FlowTable full = FlowTable.inMemory(1)) {
            FlowCache front = new FlowCache(full, 64, FlowTimeouts.DEFAULT);
            full.put(key(9), flow.set(1, FlowState.UDP, NOW_MS));

            int slot = front.create(key(1), 7, FlowState.UDP, 0, NOW_MS);
            front.touch(slot, 100, NOW_MS);

            assertThat(front.tableFull()).isOne();
            assertThat(front.lookup(key(1), FlowTimeouts.DEFAULT, NOW_MS)).isEqualTo(slot);
            full.remove(key(9), flow);
            front.writeBehind(NOW_MS + 10_000, 10);
            assertThat(full.find(key(1), flow)).as("once there is room").isTrue();
            assertThat(flow.bytes()).isEqualTo(100);
        }
    }

    @Test
    void shouldEvictExpiredThenOldestAndTellTheTable() {
        FlowCache tiny = new FlowCache(table, 8, FlowTimeouts.DEFAULT);
        for (int i = 0; i < 8; i++) {
            FlowState state = i == 6 ? FlowState.CLOSING : FlowState.ESTABLISHED;
            int slot = tiny.create(key(i), i, state, 0, NOW_MS + 10L * i);
            tiny.touch(slot, 100 + i, NOW_MS + 10L * i + (i == 0 ? 500 : 0));
        }

        tiny.create(key(8), 8, FlowState.ESTABLISHED, 0, NOW_MS + 30_060);
        assertThat(bytesInTable(6)).as("the expired one went first").isEqualTo(106);
        tiny.create(key(10), 10, FlowState.ESTABLISHED, 0, NOW_MS + 30_060);
        assertThat(bytesInTable(1)).as("then the oldest").isEqualTo(101);

        assertThat(tiny.evictions()).isEqualTo(2);
        assertThat(bytesInTable(0)).as("not written yet").isZero();
    }

    @Test
    void shouldAskTheTableAgainInANewGeneration() {
        create(1, 7, FlowState.ESTABLISHED, NOW_MS);
        create(2, 7, FlowState.ESTABLISHED, NOW_MS);
        cache.touch(lookup(1, NOW_MS), 100, NOW_MS + 5);
        cache.touch(lookup(2, NOW_MS), 200, NOW_MS + 5);
        table.remove(key(1), flow);
        table.raiseGeneration();
        assertThat(lookup(1, NOW_MS + 6)).as("not seen yet").isNotEqualTo(FlowCache.MISS);

        cache.refresh();

        assertThat(lookup(1, NOW_MS + 6)).isEqualTo(FlowCache.MISS);
        assertThat(table.find(key(1), flow))
                .as("what was removed stays removed")
                .isFalse();
        assertThat(lookup(2, NOW_MS + 6)).isNotEqualTo(FlowCache.MISS);
        assertThat(bytesInTable(2)).as("and what was counted is kept").isEqualTo(200);
        long misses = cache.misses();
        lookup(2, NOW_MS + 6);
        assertThat(cache.misses()).as("asked once").isEqualTo(misses);
    }

    @Test
    void shouldForgetWhatTheFullTableNeverHadInANewGeneration() throws Exception {
        try (FlowTable full = FlowTable.inMemory(1)) {
            FlowCache front = new FlowCache(full, 64, FlowTimeouts.DEFAULT);
            full.put(key(9), flow.set(1, FlowState.UDP, NOW_MS));
            front.touch(front.create(key(1), 7, FlowState.UDP, 0, NOW_MS), 100, NOW_MS);
            full.remove(key(9), flow);
            full.raiseGeneration();
            front.refresh();

            assertThat(front.lookup(key(1), FlowTimeouts.DEFAULT, NOW_MS)).isEqualTo(FlowCache.MISS);
            front.writeAll();
            assertThat(full.size()).as("flushed flows do not come back").isZero();
        }
    }

    @Test
    void shouldNotMistakeAGenerationForOneALongTimeAgo() {
        create(1, 7, FlowState.ESTABLISHED, NOW_MS);
        table.remove(key(1), flow);
        for (int i = 0; i < 1 << Short.SIZE; i++) {
            table.raiseGeneration();
        }

        cache.refresh();

        assertThat(lookup(1, NOW_MS)).isEqualTo(FlowCache.MISS);
    }

    @Test
    void shouldGiveAFlowToAnotherBackendWithAllThatIsKnown() {
        int slot = create(1, 7, FlowState.ESTABLISHED, NOW_MS);
        cache.touch(slot, 100, NOW_MS);
        cache.writeAll();
        cache.touch(slot, 50, NOW_MS + 1);

        cache.reassign(slot, 8);

        assertThat(cache.backendId(lookup(1, NOW_MS + 1))).isEqualTo(8);
        assertThat(bytesInTable(1)).isEqualTo(150);
        assertThat(flow.packets()).as("and its first").isEqualTo(3);
        assertThat(flow.backendId()).isEqualTo(8);
        assertThat(table.activeFlows(7)).isZero();
        assertThat(table.activeFlows(8)).isOne();
    }

    @Test
    void shouldRemoveAFlowHereAndInTheTable() {
        cache.remove(create(1, 7, FlowState.CLOSING, NOW_MS));

        assertThat(lookup(1, NOW_MS)).isEqualTo(FlowCache.MISS);
        assertThat(table.size()).isZero();
        assertThat(table.activeFlows(7)).isZero();
    }

    @Test
    void shouldGoByTheTimeoutsOfTheFlowsService() {
        FlowTimeouts hour = new FlowTimeouts(1_000, 3_600_000, 1_000, 1_000, 1_000);
        create(1, 7, FlowState.ESTABLISHED, NOW_MS);

        assertThat(cache.lookup(key(1), hour, NOW_MS + 3_599_999)).isNotEqualTo(FlowCache.MISS);
        assertThat(cache.lookup(key(1), FlowTimeouts.DEFAULT, NOW_MS + 900_000)).isEqualTo(FlowCache.MISS);
    }

    @Test
    void shouldRefuseASizeThatIsNoPowerOfTwo() {
        assertThatThrownBy(() -> new FlowCache(table, 1_000, FlowTimeouts.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1000");
    }

    private long bytesInTable(long number) {
        assertThat(table.find(key(number), flow)).isTrue();
        return flow.bytes();
    }

    /** Of both families by turns: what a cache does is the same in both. */
    private static FlowKey key(long number) {
        return Keys.mixed(number);
    }

    private int lookup(long number, long nowMs) {
        return cache.lookup(key(number), FlowTimeouts.DEFAULT, nowMs);
    }

    private int create(long number, int backendId, FlowState state, long nowMs) {
        return cache.create(key(number), backendId, state, 0, nowMs);
    }
}
