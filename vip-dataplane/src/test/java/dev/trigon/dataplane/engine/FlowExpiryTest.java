package dev.trigon.dataplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FlowExpiryTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final int MAX_FLOWS = 16_000;
    private static final long TURN_MS = 100;
    /** When the table is believed: the caches have written. */
    private static final long SETTLED_MS = 3_000;

    private static final long MAPPED = 0xFFFFL << 32;

    private final FlowTable flows = FlowTable.inMemory(MAX_FLOWS);
    private int made;
    private long looks;
    private long nowMs = NOW_MS;
    private long seenMs = NOW_MS;

    @AfterEach
    void close() throws Exception {
        flows.close();
    }

    private void put(int count, FlowState state, long packets) {
        FlowKey key = new FlowKey();
        FlowRecord flow = new FlowRecord();
        for (int i = 0; i < count; i++) {
            key.set(0, MAPPED | made++, 0, MAPPED | 1, FlowKey.TCP, 40_000, 80);
            flows.put(key, flow.set(state.ordinal(), state, seenMs, packets, 100));
        }
    }

    private FlowExpiry expiry() {
        return new FlowExpiry(flows, this::limits, () -> nowMs);
    }

    private FlowTimeouts limits(int backendId) {
        looks++;
        return FlowTimeouts.DEFAULT;
    }

    /** Time goes by, as the thread would see it. */
    private void pass(FlowExpiry expiry, long ms) {
        for (long untilMs = nowMs + ms; nowMs < untilMs; nowMs += TURN_MS) {
            expiry.turn();
        }
    }

    private long of(FlowState state) {
        return flows.activeFlows(state.ordinal());
    }

    @Test
    void shouldRemoveWhatWasIdleForTooLong() {
        put(100, FlowState.CLOSING, 5);
        put(100, FlowState.ESTABLISHED, 5);
        nowMs += 60_000;

        try (FlowExpiry expiry = expiry()) {
            pass(expiry, 100 * TURN_MS);
            assertThat(expiry.reclaimed()).as("their time was over").isZero();
        }
        assertThat(of(FlowState.CLOSING)).isZero();
        assertThat(of(FlowState.ESTABLISHED)).isEqualTo(100);
    }

    /** For each piece of the table that it looks at it asks for the time. */
    @Test
    void shouldNotWalkAnEmptyTable() {
        long[] asked = new long[1];
        LongSupplier clockMs = () -> {
            asked[0]++;
            return nowMs;
        };
        try (FlowExpiry expiry = new FlowExpiry(flows, this::limits, clockMs)) {
            expiry.turn();
            long empty = asked[0];
            put(1, FlowState.ESTABLISHED, 5);
            expiry.turn();
            assertThat(asked[0] - empty).as("with a flow").isGreaterThan(empty);
        }
    }

    @Test
    void shouldMakeRoomWhenTheTableIsNearlyFull() {
        put(14_000, FlowState.ESTABLISHED, 5);
        put(2_000, FlowState.CLOSING, 5);
        nowMs += 10_000;

        try (FlowExpiry expiry = expiry()) {
            pass(expiry, SETTLED_MS);
            assertThat(expiry.reclaimed()).as("a cache may know more").isZero();
            pass(expiry, TURN_MS);
            assertThat(flows.isPressed()).isFalse();
            assertThat(expiry.reclaimed()).isEqualTo(MAX_FLOWS - flows.size());
        }
        assertThat(of(FlowState.ESTABLISHED)).isEqualTo(14_000);
        assertThat(flows.size()).as("no more room than is needed").isGreaterThan(MAX_FLOWS / 16 * 15 - 1_100);
    }

    @Test
    void shouldSpareFlowsOfOnePacketWhileOthersAreEnough() {
        put(2_000, FlowState.CLOSED, 5);
        put(14_000, FlowState.ESTABLISHED, 1);
        nowMs += 9_000;

        try (FlowExpiry expiry = expiry()) {
            pass(expiry, SETTLED_MS + TURN_MS);
            assertThat(flows.isPressed()).isFalse();
            assertThat(expiry.reclaimed()).isPositive();
        }
        assertThat(of(FlowState.ESTABLISHED)).isEqualTo(14_000);
    }

    @Test
    void shouldTakeFlowsOfOnePacketWhereNothingElseIsLeft() {
        put(14_000, FlowState.ESTABLISHED, 2);
        put(2_000, FlowState.ESTABLISHED, 1);
        nowMs += 40_000;

        try (FlowExpiry expiry = expiry()) {
            pass(expiry, SETTLED_MS + TURN_MS);
            assertThat(flows.isPressed()).isFalse();
            assertThat(expiry.reclaimed()).isEqualTo(MAX_FLOWS - flows.size());
        }
        long[] more = new long[1];
        flows.forEach(flow -> more[0] += flow.packets() - 1);
        assertThat(more[0]).as("flows of two packets").isEqualTo(14_000);
    }

    @Test
    void shouldKeepEveryEstablishedFlowOfAFullTable() {
        put(MAX_FLOWS, FlowState.ESTABLISHED, 2);
        nowMs += 600_000;

        try (FlowExpiry expiry = expiry()) {
            pass(expiry, 60_000);
            assertThat(expiry.reclaimed()).isZero();
        }
        assertThat(flows.size()).isEqualTo(MAX_FLOWS);
    }

    /** The worker was busy with them all the time, and is about to say so. */
    @Test
    void shouldNotTakeLiveFlowsOfWhichACacheHasNotWrittenYet() {
        FlowState[] states = {FlowState.UDP, FlowState.CLOSING, FlowState.CLOSED};
        FlowCache cache = new FlowCache(flows, 64, FlowTimeouts.DEFAULT);
        int[] slots = new int[states.length];
        for (int i = 0; i < states.length; i++) {
            FlowKey key = new FlowKey().set(0, MAPPED | 1, 0, MAPPED | 1, FlowKey.UDP, 50_000 + i, 80);
            slots[i] = cache.create(key, states[i].ordinal(), states[i], 0, nowMs);
        }
        put(MAX_FLOWS - states.length, FlowState.ESTABLISHED, 2);

        try (FlowExpiry expiry = expiry()) {
            nowMs += 9_000;
            for (int i = 0; i < 10_000; i += 100) {
                for (int slot : slots) {
                    cache.touch(slot, 100, nowMs - 100);
                }
                expiry.turn();
                cache.writeSoon(nowMs, 64);
                nowMs += 100;
            }
            assertThat(expiry.reclaimed()).isZero();
        }
        for (FlowState state : states) {
            assertThat(of(state)).as("%s", state).isEqualTo(1);
        }
    }

    @Test
    void shouldMeetAFloodThatGoesOnWithoutWaitingAnew() {
        put(14_000, FlowState.ESTABLISHED, 2);
        put(2_000, FlowState.CLOSED, 2);
        nowMs += 9_000;

        try (FlowExpiry expiry = expiry()) {
            pass(expiry, SETTLED_MS + TURN_MS);
            for (int i = 0; i < 20; i++) {
                put(1_000, FlowState.CLOSED, 2);
                assertThat(flows.isPressed()).isTrue();
                pass(expiry, TURN_MS);
                assertThat(flows.isPressed()).isFalse();
            }
        }
    }

    /** For hours, as far as it knows: each walk finds something, and what it finds is not worth a walk. */
    @Test
    void shouldRestWhereATableFullOfLiveFlowsYieldsATrickle() {
        put(15_500, FlowState.ESTABLISHED, 2);
        nowMs += 9_000;

        try (FlowExpiry expiry = expiry()) {
            pass(expiry, SETTLED_MS);
            looks = 0;
            for (int i = 0; i < 2_000; i++) {
                put(1, FlowState.CLOSED, 2);
                expiry.turn();
                nowMs += 10;
            }
            assertThat(expiry.reclaimed()).isPositive();
        }
        assertThat(looks)
                .as("flows looked at in 20 s, in walks of 4 x 15,500")
                .isLessThan(20 * 4 * 16_000L + 2_000 * 500);
    }

    /** At the edge a walk need not go far, and yet goes through much for each flow. */
    @Test
    void shouldRestWhereMuchOfTheTableIsWalkedForEachFlow() {
        put(MAX_FLOWS / 16 * 15 - 1, FlowState.ESTABLISHED, 2);
        nowMs += 9_000;

        try (FlowExpiry expiry = expiry()) {
            put(1, FlowState.UDP, 2);
            pass(expiry, SETTLED_MS);
            flows.remove(
                    new FlowKey().set(0, MAPPED | (made - 1), 0, MAPPED | 1, FlowKey.TCP, 40_000, 80),
                    new FlowRecord());
            looks = 0;
            for (int i = 0; i < 2_000; i++) {
                put(1, FlowState.CLOSED, 2);
                expiry.turn();
                nowMs += 10;
            }
            assertThat(expiry.reclaimed()).isPositive();
        }
        assertThat(looks).isLessThan(20 * 4 * 16_000L + 2_000 * 500);
    }

    @Test
    void shouldClearWhatAFloodLeftWithinSecondsByItself() throws Exception {
        MonotonicClock clock = new MonotonicClock();
        seenMs = clock.getAsLong();
        put(14_000, FlowState.ESTABLISHED, 2);
        put(2_000, FlowState.UDP, 1);
        long beganNs = System.nanoTime();

        try (FlowExpiry expiry = new FlowExpiry(flows, id -> FlowTimeouts.DEFAULT, clock)) {
            expiry.start();
            expiry.start();
            while (flows.isPressed() && System.nanoTime() - beganNs < TimeUnit.SECONDS.toNanos(20)) {
                Thread.sleep(20);
            }
            assertThat(flows.isPressed()).isFalse();
        }
        assertThat(of(FlowState.ESTABLISHED)).isEqualTo(14_000);
    }

    @Test
    void shouldCloseWithoutHavingStarted() {
        FlowExpiry expiry = expiry();

        expiry.close();
        expiry.start();

        assertThat(expiry.reclaimed()).isZero();
    }
}
