package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowTableTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long ADDRESSES = FlowKey.addresses(0xC633_640A, 0xCB00_710A);
    private static final long PORTS = FlowKey.ports(FlowKey.TCP, 40_000, 80);

    private final FlowTable table = FlowTable.inMemory(10_000);
    private final FlowRecord flow = new FlowRecord();

    @AfterEach
    void close() throws Exception {
        table.close();
    }

    @Test
    void shouldFindWhatWasPut() {
        assertThat(table.put(ADDRESSES, PORTS, flow.set(-7, FlowState.CLOSING, NOW_MS, 3, 4_000_000_000L)))
                .isTrue();

        FlowRecord found = new FlowRecord();
        assertThat(table.find(ADDRESSES, PORTS, found)).isTrue();
        assertThat(found.addresses()).isEqualTo(ADDRESSES);
        assertThat(found.ports()).isEqualTo(PORTS);
        assertThat(found.backendId()).isEqualTo(-7);
        assertThat(found.state()).isEqualTo(FlowState.CLOSING);
        assertThat(found.lastSeenMs()).isEqualTo(NOW_MS);
        assertThat(found.packets()).isEqualTo(3);
        assertThat(found.bytes()).isEqualTo(4_000_000_000L);
        assertThat(table.find(ADDRESSES, PORTS + 1, found)).isFalse();
        assertThat(table.find(ADDRESSES + 1, PORTS, found)).isFalse();
    }

    @Test
    void shouldCountFlowsByBackend() {
        for (int port = 0; port < 300; port++) {
            table.put(ADDRESSES, PORTS + port, flow.set(port % 3, FlowState.UDP, NOW_MS));
        }
        table.put(ADDRESSES, PORTS, flow.set(2, FlowState.UDP, NOW_MS));
        table.put(ADDRESSES, PORTS + 1, flow.set(1, FlowState.CLOSING, NOW_MS));
        table.remove(ADDRESSES, PORTS + 4, flow);

        assertThat(table.activeFlows(0)).isEqualTo(99);
        assertThat(table.activeFlows(1)).isEqualTo(99);
        assertThat(table.activeFlows(2)).isEqualTo(101);
        assertThat(table.activeFlows(3)).isZero();
        assertThat(table.size()).isEqualTo(299);
    }

    @Test
    void shouldMergeWhatACacheSawIntoTheFlow() {
        table.put(ADDRESSES, PORTS, flow.set(1, FlowState.ESTABLISHED, NOW_MS, 10, 1000));

        assertThat(table.update(ADDRESSES, PORTS, flow.set(1, FlowState.CLOSING, NOW_MS - 5, 2, 120)))
                .isTrue();

        assertThat(table.find(ADDRESSES, PORTS, flow)).isTrue();
        assertThat(flow.state()).isEqualTo(FlowState.CLOSING);
        assertThat(flow.lastSeenMs()).as("the later time").isEqualTo(NOW_MS);
        assertThat(flow.packets()).isEqualTo(12);
        assertThat(flow.bytes()).isEqualTo(1120);
    }

    @Test
    void shouldNotResurrectARemovedFlow() {
        table.put(ADDRESSES, PORTS, flow.set(1, FlowState.ESTABLISHED, NOW_MS));
        assertThat(table.remove(ADDRESSES, PORTS, flow)).isTrue();

        assertThat(table.update(ADDRESSES, PORTS, flow.set(1, FlowState.ESTABLISHED, NOW_MS)))
                .isFalse();
        assertThat(table.remove(ADDRESSES, PORTS, flow)).isFalse();
        assertThat(table.find(ADDRESSES, PORTS, flow)).isFalse();
        assertThat(table.size()).isZero();
        assertThat(table.activeFlows(1)).isZero();
    }

    @Test
    void shouldNotUpdateAFlowThatNamesAnotherBackendByNow() {
        table.put(ADDRESSES, PORTS, flow.set(2, FlowState.ESTABLISHED, NOW_MS, 5, 500));

        assertThat(table.update(ADDRESSES, PORTS, flow.set(1, FlowState.CLOSING, NOW_MS, 1, 1)))
                .isFalse();

        table.find(ADDRESSES, PORTS, flow);
        assertThat(flow.backendId()).isEqualTo(2);
        assertThat(flow.state()).isEqualTo(FlowState.ESTABLISHED);
        assertThat(flow.packets()).isEqualTo(5);
    }

    @Test
    void shouldRefuseNewFlowsOnlyWhenFull() throws Exception {
        try (FlowTable small = FlowTable.inMemory(1_000)) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(small.put(i, PORTS, flow.set(1, FlowState.UDP, NOW_MS)))
                        .isTrue();
            }

            for (int i = 1_000; i < 3_000; i++) {
                assertThat(small.put(i, PORTS, flow.set(1, FlowState.UDP, NOW_MS)))
                        .isFalse();
            }
            assertThat(small.size()).isEqualTo(1_000);
            assertThat(small.activeFlows(1)).isEqualTo(1_000);
            assertThat(small.put(7, PORTS, flow.set(2, FlowState.UDP, NOW_MS)))
                    .as("one that is there")
                    .isTrue();
            small.remove(8, PORTS, flow);
            assertThat(small.put(1_000, PORTS, flow.set(1, FlowState.UDP, NOW_MS)))
                    .isTrue();
        }
    }

    @Test
    void shouldStayBoundedThroughChurn() throws Exception {
        try (FlowTable small = FlowTable.inMemory(2_000)) {
            for (int i = 0; i < 200_000; i++) {
                small.remove(i - 2_000, PORTS, flow);
                assertThat(small.put(i, PORTS, flow.set(1, FlowState.UDP, NOW_MS)))
                        .isTrue();
            }
            assertThat(small.size()).isEqualTo(2_000);
        }
    }

    @Test
    void shouldExpireByState() {
        FlowTimeouts timeouts = new FlowTimeouts(1_000, 4_000, 2_000, 3_000);
        long nowMs = NOW_MS + 2 * timeouts.writeBehindMs();
        FlowState[] states = FlowState.values();
        for (int i = 0; i < 400; i++) {
            table.put(i, PORTS, flow.set(i % 4, states[i % 4], NOW_MS));
        }

        assertThat(expireAll(nowMs + 999, timeouts)).isZero();
        assertThat(expireAll(nowMs + 1_000, timeouts)).isEqualTo(100);
        assertThat(statesLeft()).containsExactlyInAnyOrder(FlowState.ESTABLISHED, FlowState.CLOSING, FlowState.UDP);
        assertThat(expireAll(nowMs + 2_000, timeouts)).isEqualTo(100);
        assertThat(statesLeft()).containsExactlyInAnyOrder(FlowState.ESTABLISHED, FlowState.UDP);
        assertThat(expireAll(nowMs + 3_999, timeouts)).isEqualTo(100);
        assertThat(statesLeft()).containsExactly(FlowState.ESTABLISHED);
        assertThat(table.activeFlows(1)).isEqualTo(100);
        assertThat(expireAll(nowMs + 4_000, timeouts)).isEqualTo(100);
        assertThat(table.size()).isZero();
        assertThat(table.activeFlows(1)).isZero();
    }

    @Test
    void shouldExpireNothingWhenTheClockWasSetBack() {
        table.put(ADDRESSES, PORTS, flow.set(1, FlowState.SYN, NOW_MS));

        assertThat(expireAll(NOW_MS - 1_000_000, FlowTimeouts.DEFAULT)).isZero();
    }

    @Test
    void shouldShowEveryFlowOnce() {
        for (int i = 0; i < 5_000; i++) {
            table.put(i, PORTS + i, flow.set(i, FlowState.ESTABLISHED, NOW_MS + i));
        }

        Set<Long> seen = new HashSet<>();
        table.forEach(each -> {
            assertThat(each.ports()).isEqualTo(PORTS + each.addresses());
            assertThat(each.backendId()).isEqualTo((int) each.addresses());
            assertThat(each.lastSeenMs()).isEqualTo(NOW_MS + each.addresses());
            assertThat(seen.add(each.addresses())).isTrue();
        });

        assertThat(seen).hasSize(5_000);
    }

    @Test
    void shouldLetAVisitorRemoveWhatItSees() {
        for (int i = 0; i < 100; i++) {
            table.put(i, PORTS, flow.set(1, FlowState.UDP, NOW_MS));
        }

        table.forEach(each -> table.remove(each.addresses(), each.ports(), flow));

        assertThat(table.size()).isZero();
    }

    @Test
    void shouldRefuseASizeOfNothing() {
        assertThatThrownBy(() -> FlowTable.inMemory(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private int expireAll(long nowMs, FlowTimeouts timeouts) {
        int expired = 0;
        for (int step = 0; step < table.expirySteps(); step++) {
            expired += table.expireNext(nowMs, timeouts);
        }
        return expired;
    }

    private Set<FlowState> statesLeft() {
        Set<FlowState> states = new HashSet<>();
        table.forEach(each -> states.add(each.state()));
        return states;
    }
}
