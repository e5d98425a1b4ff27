package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A flow that goes to another backend while others may remove it or follow it. */
@Timeout(60)
class FlowReassignTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final int FLOWS = 2_000;

    private final FlowTable table = FlowTable.inMemory(10_000);
    private final FlowRecord flow = new FlowRecord();
    private final FlowRecord scratch = new FlowRecord();

    @AfterEach
    void close() throws Exception {
        table.close();
    }

    private void put(FlowKey key, int backendId) {
        table.put(key, flow.set(backendId, FlowState.CLOSING, NOW_MS, 3, 4_000_000_000L));
    }

    @Test
    void shouldChangeTheBackendAndNothingElse() {
        for (FlowKey key : new FlowKey[] {Keys.ipv4(1), Keys.ipv6(1)}) {
            put(key, 7);

            assertThat(table.reassign(key, 7, -8, scratch)).isTrue();

            assertThat(table.find(key, flow)).isTrue();
            assertThat(flow.backendId()).isEqualTo(-8);
            assertThat(flow.state()).isEqualTo(FlowState.CLOSING);
            assertThat(flow.lastSeenMs()).isEqualTo(NOW_MS);
            assertThat(flow.packets()).isEqualTo(3);
            assertThat(flow.bytes()).isEqualTo(4_000_000_000L);
            assertThat(FlowRecord.isWhole(flow.cell)).isTrue();
        }
        assertThat(table.activeFlows(7)).isZero();
        assertThat(table.activeFlows(-8)).isEqualTo(2);
        assertThat(table.size()).isEqualTo(2);
    }

    @Test
    void shouldChangeNothingWhereTheFlowIsAnotherBackends() {
        put(Keys.ipv4(1), 7);

        assertThat(table.reassign(Keys.ipv4(1), 8, 9, scratch)).isFalse();

        assertThat(table.find(Keys.ipv4(1), flow)).isTrue();
        assertThat(flow.backendId()).isEqualTo(7);
        assertThat(table.activeFlows(7)).isEqualTo(1);
        assertThat(table.activeFlows(9)).isZero();
    }

    @Test
    void shouldNotBringBackARemovedFlow() {
        put(Keys.ipv4(1), 7);
        table.remove(Keys.ipv4(1), flow);

        assertThat(table.reassign(Keys.ipv4(1), 7, 8, scratch)).isFalse();

        assertThat(table.size()).isZero();
        assertThat(table.activeFlows(7)).isZero();
        assertThat(table.activeFlows(8)).isZero();
    }

    @Test
    void shouldCountItOnceWhenItGoesToTheBackendItHas() {
        put(Keys.ipv4(1), 7);

        assertThat(table.reassign(Keys.ipv4(1), 7, 7, scratch)).isTrue();

        assertThat(table.activeFlows(7)).isEqualTo(1);
    }

    /** A flush, again and again, between flows that go to and fro: what it removed is gone, whenever it came. */
    @Test
    void shouldLeaveNoFlowBehindAFlushThatRunsAtTheSameTime() throws Exception {
        AtomicInteger flushed = new AtomicInteger();
        for (int i = 0; i < FLOWS; i++) {
            put(Keys.mixed(i), 7);
        }
        Thread flush = new Thread(() -> {
            FlowRecord record = new FlowRecord();
            for (int i = 0; i < FLOWS; i++) {
                flushed.addAndGet(table.remove(Keys.mixed(i), record) ? 1 : 0);
            }
        });
        flush.start();
        int from = 7;
        while (flush.isAlive()) {
            for (int i = 0; i < FLOWS; i++) {
                table.reassign(Keys.mixed(i), from, 15 - from, scratch);
            }
            from = 15 - from;
        }
        flush.join();

        assertThat(flushed.get()).isEqualTo(FLOWS);
        assertThat(table.size()).isZero();
        assertThat(table.activeFlows(7)).isZero();
        assertThat(table.activeFlows(8)).isZero();
    }

    /** Another worker follows the flow meanwhile: none of its packets and none of its states is lost. */
    @Test
    void shouldKeepWhatAnotherWorkerWritesMeanwhile() throws Exception {
        FlowKey key = Keys.ipv4(1);
        table.put(key, flow.set(7, FlowState.ESTABLISHED, NOW_MS));
        AtomicInteger told = new AtomicInteger();
        Thread other = new Thread(() -> {
            FlowRecord delta = new FlowRecord();
            for (int i = 0; i < 200_000; i++) {
                FlowState state = (i & 1) == 0 ? FlowState.CLOSING : FlowState.ESTABLISHED;
                for (int backendId = 7; backendId <= 8; backendId++) {
                    told.addAndGet(table.update(key, delta.set(backendId, state, NOW_MS + i, 1, 100)) ? 1 : 0);
                }
            }
        });
        other.start();
        int at = 7;
        while (other.isAlive()) {
            assertThat(table.reassign(key, at, 15 - at, scratch)).isTrue();
            at = 15 - at;
        }
        other.join();

        assertThat(table.find(key, flow)).isTrue();
        assertThat(flow.packets()).isEqualTo(told.get());
        assertThat(FlowRecord.isWhole(flow.cell)).isTrue();
        assertThat(table.activeFlows(at)).isEqualTo(1);
        assertThat(table.activeFlows(15 - at)).isZero();
    }

    @Test
    void shouldNotAllocate() {
        FlowKey key = Keys.ipv4(1);
        put(key, 0);

        assertThat(AllocationTest.allocated(i -> table.reassign(key, (int) i & 1, (int) ~i & 1, scratch)))
                .isLessThan(AllocationTest.NOISE_OCTETS);
        assertThat(table.activeFlows(0) + table.activeFlows(1)).isEqualTo(1);
    }
}
