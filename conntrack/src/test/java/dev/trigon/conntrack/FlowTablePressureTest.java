package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowTablePressureTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final FlowTimeouts LIMITS = FlowTimeouts.DEFAULT;
    private static final long GRACE_MS = 2 * FlowCache.SOON_MS;
    private static final int MAX_FLOWS = 16_000;

    private final FlowTable table = FlowTable.inMemory(MAX_FLOWS);
    private final FlowRecord flow = new FlowRecord();

    @AfterEach
    void close() throws Exception {
        table.close();
    }

    @Test
    void shouldBePressedFromFifteenSixteenthsOn() {
        for (int i = 0; i < MAX_FLOWS / 16 * 15 - 1; i++) {
            table.put(Keys.mixed(i), flow.set(1, FlowState.ESTABLISHED, NOW_MS));
        }
        assertThat(table.isPressed()).isFalse();

        table.put(Keys.mixed(-1), flow.set(1, FlowState.ESTABLISHED, NOW_MS));
        assertThat(table.isPressed()).isTrue();

        table.remove(Keys.mixed(0), flow);
        assertThat(table.isPressed()).isFalse();
    }

    @Test
    void shouldTakeFirstWhatHasEndedOrNeverBegan() {
        put(1, FlowState.SYN, 1);
        put(2, FlowState.CLOSING, 100);
        put(3, FlowState.CLOSED, 100);
        put(4, FlowState.UDP, 1);
        put(5, FlowState.UDP, 2);
        put(6, FlowState.ESTABLISHED, 1);
        put(7, FlowState.ESTABLISHED, 2);

        assertThat(reclaimAll(NOW_MS + GRACE_MS + 999, Reclaim.ENDED))
                .as("a cache may know more of any of them")
                .isZero();
        assertThat(reclaimAll(NOW_MS + GRACE_MS + 1_000, Reclaim.ENDED)).isEqualTo(4);
        assertThat(reclaimAll(NOW_MS + LIMITS.establishedMs(), Reclaim.ENDED)).isZero();

        assertThat(table.size()).isEqualTo(3);
        assertThat(table.activeFlows(4)).isZero();
        assertThat(table.activeFlows(5)).isEqualTo(1);
    }

    @Test
    void shouldTakeThenWhatNeverGotBeyondOnePacket() {
        put(1, FlowState.CLOSING, 100);
        put(5, FlowState.UDP, 2);
        put(6, FlowState.ESTABLISHED, 1);
        put(7, FlowState.ESTABLISHED, 2);
        long longEnoughMs = NOW_MS + GRACE_MS + LIMITS.synMs();

        assertThat(reclaimAll(longEnoughMs - 1, Reclaim.SINGLE_PACKET))
                .as("the one that is closing")
                .isEqualTo(1);
        assertThat(reclaimAll(longEnoughMs, Reclaim.SINGLE_PACKET)).isEqualTo(1);

        assertThat(table.find(Keys.mixed(5), flow)).isTrue();
        assertThat(table.find(Keys.mixed(7), flow)).isTrue();
        assertThat(reclaimAll(Long.MAX_VALUE / 2, Reclaim.SINGLE_PACKET))
                .as("established ones stay")
                .isZero();
    }

    @Test
    void shouldGoByTheTimeoutsOfEachFlowsService() {
        put(1, FlowState.ESTABLISHED, 1);
        put(2, FlowState.ESTABLISHED, 1);
        FlowTimeouts short1 = new FlowTimeouts(1_000, 900_000, 30_000, 10_000, 300_000);
        IdleLimits limits = id -> id == 1 ? short1 : LIMITS;

        int reclaimed = 0;
        for (int step = 0; step < table.expirySteps(); step++) {
            reclaimed += table.reclaimNext(NOW_MS + GRACE_MS + 1_000, limits, Reclaim.SINGLE_PACKET);
        }

        assertThat(reclaimed).isEqualTo(1);
        assertThat(table.find(Keys.mixed(2), flow)).isTrue();
    }

    @Test
    void shouldExpireByTheTimeoutsOfEachFlowsService() {
        put(1, FlowState.UDP, 9);
        put(2, FlowState.UDP, 9);
        FlowTimeouts short1 = new FlowTimeouts(30_000, 900_000, 30_000, 10_000, 5_000);

        for (int step = 0; step < table.expirySteps(); step++) {
            table.expireNext(NOW_MS + 25_000, id -> id == 1 ? short1 : LIMITS);
        }

        assertThat(table.find(Keys.mixed(1), flow)).isFalse();
        assertThat(table.find(Keys.mixed(2), flow)).isTrue();
    }

    @Test
    void shouldReclaimNothingWhenTheClockWasSetBack() {
        put(1, FlowState.CLOSED, 1);

        assertThat(reclaimAll(NOW_MS - 1_000_000, Reclaim.SINGLE_PACKET)).isZero();
    }

    @Test
    void shouldHaveAnotherGenerationEachTimeItIsRaised() {
        assertThat(table.generation()).isEqualTo(1);

        table.raiseGeneration();

        assertThat(table.generation()).isEqualTo(2);
    }

    private void put(int number, FlowState state, long packets) {
        table.put(Keys.mixed(number), flow.set(number, state, NOW_MS, packets, 100 * packets));
    }

    private int reclaimAll(long nowMs, Reclaim what) {
        int reclaimed = 0;
        for (int step = 0; step < table.expirySteps(); step++) {
            reclaimed += table.reclaimNext(nowMs, id -> LIMITS, what);
        }
        return reclaimed;
    }
}
