package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowTableTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final FlowKey KEY = Keys.ipv4(1);

    private final FlowTable table = FlowTable.inMemory(10_000);
    private final FlowRecord flow = new FlowRecord();

    @AfterEach
    void close() throws Exception {
        table.close();
    }

    @Test
    void shouldFindWhatWasPut() {
        assertThat(table.put(KEY, flow.set(-7, FlowState.CLOSING, NOW_MS, 3, 4_000_000_000L)))
                .isTrue();

        FlowRecord found = new FlowRecord();
        assertThat(table.find(KEY, found)).isTrue();
        assertThat(found.key()).usingRecursiveComparison().isEqualTo(KEY);
        assertThat(found.backendId()).isEqualTo(-7);
        assertThat(found.state()).isEqualTo(FlowState.CLOSING);
        assertThat(found.lastSeenMs()).isEqualTo(NOW_MS);
        assertThat(found.packets()).isEqualTo(3);
        assertThat(found.bytes()).isEqualTo(4_000_000_000L);
        assertThat(table.find(Keys.ipv4(1, Keys.CLIENT_PORT + 1), found)).isFalse();
        assertThat(table.find(Keys.ipv4(2), found)).isFalse();
        assertThat(table.find(Keys.ipv6(1), found)).isFalse();
    }

    /** Five addresses that share what they can with the first: each is another flow. */
    @Test
    void shouldTellFlowsApartByEveryWordOfTheirKeys() {
        FlowKey[] keys = {
            Keys.ipv6(1),
            new FlowKey().set(Keys.CLIENTS_HIGH + 1, 1, Keys.VIPS_HIGH, 0x10, FlowKey.TCP, 40_000, 80),
            new FlowKey().set(Keys.CLIENTS_HIGH, 1, Keys.VIPS_HIGH + 1, 0x10, FlowKey.TCP, 40_000, 80),
            new FlowKey().set(Keys.CLIENTS_HIGH, 1, Keys.VIPS_HIGH, 0x11, FlowKey.TCP, 40_000, 80),
            new FlowKey().set(Keys.CLIENTS_HIGH, 1, Keys.VIPS_HIGH, 0x10, FlowKey.UDP, 40_000, 80),
            Keys.ipv4(1),
            new FlowKey()
                    .set(Keys.CLIENTS_HIGH, KEY.clientLow(), Keys.VIPS_HIGH, KEY.vipLow(), FlowKey.TCP, 40_000, 80),
        };
        for (int i = 0; i < keys.length; i++) {
            table.put(keys[i], flow.set(i, FlowState.ESTABLISHED, NOW_MS));
        }

        assertThat(table.size()).isEqualTo(keys.length);
        for (int i = 0; i < keys.length; i++) {
            assertThat(table.find(keys[i], flow)).isTrue();
            assertThat(flow.backendId()).isEqualTo(i);
            assertThat(flow.key()).usingRecursiveComparison().isEqualTo(keys[i]);
        }
    }

    @Test
    void shouldTakeLittleEnoughMemoryForAMillionFlowsOfEitherFamily() throws Exception {
        try (FlowTable million = FlowTable.inMemory(1_000_000)) {
            System.out.println("1,000,000 flows: " + million.offHeapBytes() + " octets");
            assertThat(million.offHeapBytes()).isLessThan(128L * 1024 * 1024);
        }
    }

    @Test
    void shouldCountFlowsByBackend() {
        for (int port = 0; port < 300; port++) {
            table.put(Keys.ipv4(1, Keys.CLIENT_PORT + port), flow.set(port % 3, FlowState.UDP, NOW_MS));
        }
        table.put(KEY, flow.set(2, FlowState.UDP, NOW_MS));
        table.put(Keys.ipv4(1, Keys.CLIENT_PORT + 1), flow.set(1, FlowState.CLOSING, NOW_MS));
        table.remove(Keys.ipv4(1, Keys.CLIENT_PORT + 4), flow);

        assertThat(table.activeFlows(0)).isEqualTo(99);
        assertThat(table.activeFlows(1)).isEqualTo(99);
        assertThat(table.activeFlows(2)).isEqualTo(101);
        assertThat(table.activeFlows(3)).isZero();
        assertThat(table.size()).isEqualTo(299);
    }

    @Test
    void shouldKeepACountUpToDateThatIsHeld() {
        LongSupplier held = table.activeFlowsOf(7);
        for (int other = 1_000; other < 1_200; other++) {
            // so many that what they are found in grows
            assertThat(table.activeFlowsOf(other).getAsLong()).isZero();
        }
        assertThat(held.getAsLong()).isZero();

        table.put(KEY, flow.set(7, FlowState.UDP, NOW_MS));

        assertThat(held.getAsLong()).isOne();
        assertThat(table.activeFlowsOf(7)).isSameAs(held);
        table.remove(KEY, flow);
        assertThat(held.getAsLong()).isZero();
    }

    @Test
    void shouldMergeWhatACacheSawIntoTheFlow() {
        table.put(KEY, flow.set(1, FlowState.ESTABLISHED, NOW_MS, 10, 1000));

        assertThat(table.update(KEY, flow.set(1, FlowState.CLOSING, NOW_MS - 5, 2, 120)))
                .isTrue();

        assertThat(table.find(KEY, flow)).isTrue();
        assertThat(flow.state()).isEqualTo(FlowState.CLOSING);
        assertThat(flow.lastSeenMs()).as("the later time").isEqualTo(NOW_MS);
        assertThat(flow.packets()).isEqualTo(12);
        assertThat(flow.bytes()).isEqualTo(1120);
    }

    @Test
    void shouldNotResurrectARemovedFlow() {
        table.put(KEY, flow.set(1, FlowState.ESTABLISHED, NOW_MS));
        assertThat(table.remove(KEY, flow)).isTrue();

        assertThat(table.update(KEY, flow.set(1, FlowState.ESTABLISHED, NOW_MS)))
                .isFalse();
        assertThat(table.remove(KEY, flow)).isFalse();
        assertThat(table.find(KEY, flow)).isFalse();
        assertThat(table.size()).isZero();
        assertThat(table.activeFlows(1)).isZero();
    }

    @Test
    void shouldNotUpdateAFlowThatNamesAnotherBackendByNow() {
        table.put(KEY, flow.set(2, FlowState.ESTABLISHED, NOW_MS, 5, 500));

        assertThat(table.update(KEY, flow.set(1, FlowState.CLOSING, NOW_MS, 1, 1)))
                .isFalse();

        table.find(KEY, flow);
        assertThat(flow.backendId()).isEqualTo(2);
        assertThat(flow.state()).isEqualTo(FlowState.ESTABLISHED);
        assertThat(flow.packets()).isEqualTo(5);
    }

    @Test
    void shouldRefuseNewFlowsOnlyWhenFull() throws Exception {
        try (FlowTable small = FlowTable.inMemory(1_000)) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(small.put(Keys.mixed(i), flow.set(1, FlowState.UDP, NOW_MS)))
                        .isTrue();
            }

            for (int i = 1_000; i < 3_000; i++) {
                assertThat(small.put(Keys.mixed(i), flow.set(1, FlowState.UDP, NOW_MS)))
                        .isFalse();
            }
            assertThat(small.size()).isEqualTo(1_000);
            assertThat(small.activeFlows(1)).isEqualTo(1_000);
            assertThat(small.put(Keys.mixed(7), flow.set(2, FlowState.UDP, NOW_MS)))
                    .as("one that is there")
                    .isTrue();
            small.remove(Keys.mixed(8), flow);
            assertThat(small.put(Keys.mixed(1_000), flow.set(1, FlowState.UDP, NOW_MS)))
                    .isTrue();
        }
    }

    @Test
    void shouldStayBoundedThroughChurn() throws Exception {
        try (FlowTable small = FlowTable.inMemory(2_000)) {
            for (int i = 0; i < 200_000; i++) {
                small.remove(Keys.mixed(i - 2_000), flow);
                assertThat(small.put(Keys.mixed(i), flow.set(1, FlowState.UDP, NOW_MS)))
                        .isTrue();
            }
            assertThat(small.size()).isEqualTo(2_000);
        }
    }

    @Test
    void shouldExpireByState() {
        FlowTimeouts timeouts = new FlowTimeouts(1_000, 4_000, 2_000, 500, 3_000);
        long nowMs = NOW_MS + 20_000;
        FlowState[] states = FlowState.values();
        for (int i = 0; i < 400; i++) {
            table.put(Keys.mixed(i), flow.set(i % 4, states[i % 4], NOW_MS));
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
        table.put(KEY, flow.set(1, FlowState.SYN, NOW_MS));

        assertThat(expireAll(NOW_MS - 1_000_000, FlowTimeouts.DEFAULT)).isZero();
    }

    @Test
    void shouldShowEveryFlowOnce() {
        for (int i = 0; i < 5_000; i++) {
            table.put(Keys.ipv6(i, i), flow.set(i, FlowState.ESTABLISHED, NOW_MS + i));
        }

        Set<Integer> seen = new HashSet<>();
        table.forEach(each -> {
            int number = Keys.number(each.key());
            assertThat(each.key().clientPort()).isEqualTo(number);
            assertThat(each.backendId()).isEqualTo(number);
            assertThat(each.lastSeenMs()).isEqualTo(NOW_MS + number);
            assertThat(seen.add(number)).isTrue();
        });

        assertThat(seen).hasSize(5_000);
    }

    @Test
    void shouldLetAVisitorRemoveWhatItSees() {
        for (int i = 0; i < 100; i++) {
            table.put(Keys.mixed(i), flow.set(1, FlowState.UDP, NOW_MS));
        }

        table.forEach(each -> table.remove(each.key(), flow));

        assertThat(table.size()).isZero();
    }

    @Test
    void shouldRefuseASizeOfNothing() {
        assertThatThrownBy(() -> FlowTable.inMemory(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private int expireAll(long nowMs, FlowTimeouts timeouts) {
        int expired = 0;
        for (int step = 0; step < table.expirySteps(); step++) {
            expired += table.expireNext(nowMs, id -> timeouts);
        }
        return expired;
    }

    private Set<FlowState> statesLeft() {
        Set<FlowState> states = new HashSet<>();
        table.forEach(each -> states.add(each.state()));
        return states;
    }
}
