package dev.trigon.dataplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowRecord;
import dev.trigon.conntrack.FlowState;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FlowExpiryTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final int MAX_FLOWS = 16_000;
    private static final long MAPPED = 0xFFFFL << 32;

    private final FlowTable flows = FlowTable.inMemory(MAX_FLOWS);
    private int made;

    @AfterEach
    void close() throws Exception {
        flows.close();
    }

    private void put(int count, FlowState state, long packets) {
        FlowKey key = new FlowKey();
        FlowRecord flow = new FlowRecord();
        for (int i = 0; i < count; i++) {
            key.set(0, MAPPED | made++, 0, MAPPED | 1, FlowKey.TCP, 40_000, 80);
            flows.put(key, flow.set(state.ordinal(), state, NOW_MS, packets, 100));
        }
    }

    private FlowExpiry expireAt(long nowMs) {
        return FlowExpiry.start(flows, id -> FlowTimeouts.DEFAULT, () -> nowMs);
    }

    private static void await(BooleanSupplier what) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!what.getAsBoolean() && System.nanoTime() - deadlineNs < 0) {
            Thread.sleep(5);
        }
        assertThat(what.getAsBoolean()).isTrue();
    }

    private long of(FlowState state) {
        return flows.activeFlows(state.ordinal());
    }

    @Test
    void shouldRemoveWhatWasIdleForTooLong() throws Exception {
        put(100, FlowState.CLOSING, 5);
        put(100, FlowState.ESTABLISHED, 5);

        try (FlowExpiry expiry = expireAt(NOW_MS + 60_000)) {
            await(() -> of(FlowState.CLOSING) == 0);
            assertThat(expiry.reclaimed()).as("their time was over").isZero();
        }
        assertThat(of(FlowState.ESTABLISHED)).isEqualTo(100);
    }

    @Test
    void shouldMakeRoomWhenTheTableIsNearlyFull() throws Exception {
        put(14_000, FlowState.ESTABLISHED, 5);
        put(2_000, FlowState.CLOSING, 5);

        try (FlowExpiry expiry = expireAt(NOW_MS + 10_000)) {
            await(() -> !flows.isPressed());
            await(() -> expiry.reclaimed() == MAX_FLOWS - flows.size());
        }
        assertThat(of(FlowState.ESTABLISHED)).isEqualTo(14_000);
        assertThat(flows.size()).as("no more room than is needed").isGreaterThan(MAX_FLOWS / 16 * 15 - 1_100);
    }

    @Test
    void shouldSpareFlowsOfOnePacketWhileOthersAreEnough() throws Exception {
        put(2_000, FlowState.CLOSED, 5);
        put(14_000, FlowState.ESTABLISHED, 1);

        try (FlowExpiry expiry = expireAt(NOW_MS + 9_000)) {
            await(() -> !flows.isPressed());
            assertThat(expiry.reclaimed()).isPositive();
        }
        assertThat(of(FlowState.ESTABLISHED)).isEqualTo(14_000);
    }

    @Test
    void shouldTakeFlowsOfOnePacketWhereNothingElseIsLeft() throws Exception {
        put(14_000, FlowState.ESTABLISHED, 2);
        put(2_000, FlowState.ESTABLISHED, 1);

        try (FlowExpiry expiry = expireAt(NOW_MS + 40_000)) {
            await(() -> !flows.isPressed());
            await(() -> expiry.reclaimed() == MAX_FLOWS - flows.size());
        }
        long[] more = new long[1];
        flows.forEach(flow -> more[0] += flow.packets() - 1);
        assertThat(more[0]).as("flows of two packets").isEqualTo(14_000);
    }

    @Test
    void shouldKeepEveryEstablishedFlowOfAFullTable() throws Exception {
        put(MAX_FLOWS, FlowState.ESTABLISHED, 2);

        try (FlowExpiry expiry = expireAt(NOW_MS + 600_000)) {
            Thread.sleep(300);
            assertThat(expiry.reclaimed()).isZero();
        }
        assertThat(flows.size()).isEqualTo(MAX_FLOWS);
    }
}
