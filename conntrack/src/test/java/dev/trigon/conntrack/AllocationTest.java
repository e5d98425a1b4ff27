package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A packet's way allocates nothing: measured over a million operations of each kind, after warming up. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 200_000;
    private static final int MEASURED = 1_000_000;
    private static final int FLOWS = 100_000;

    /** What the compiler's own traps and recompilations may cost, in all; one object of 16 octets a call would be 16 million. */
    static final long NOISE_OCTETS = 64 * 1024;

    private static final long NOW_MS = 1_800_000_000_000L;

    private final FlowKey key = new FlowKey();
    private final FlowTable table = FlowTable.inMemory(2 * FLOWS);
    private final FlowCache large = new FlowCache(table, 1 << 18, FlowTimeouts.DEFAULT);
    private final FlowCache tiny = new FlowCache(table, 8, FlowTimeouts.DEFAULT);

    @AfterEach
    void close() throws Exception {
        table.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotAllocateOnAHit(boolean ipv6) {
        fill(ipv6);

        assertThat(allocated(i -> {
                    int slot = large.lookup(key(ipv6, i % FLOWS), FlowTimeouts.DEFAULT, NOW_MS);
                    large.touch(slot, 100, NOW_MS);
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(large.hits()).isGreaterThan((WARM_UP + MEASURED) / 100 * 99);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotAllocateWhenReadingThroughAndEvicting(boolean ipv6) {
        fill(ipv6);

        assertThat(allocated(i -> {
                    long number = Long.remainderUnsigned(FlowKey.mix(i), FLOWS);
                    int slot = tiny.lookup(key(ipv6, number), FlowTimeouts.DEFAULT, NOW_MS);
                    if (slot != FlowCache.MISS) {
                        tiny.touch(slot, 100, NOW_MS);
                    }
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(tiny.evictions()).isGreaterThan(MEASURED / 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotAllocateWhenCreatingOrWhenFull(boolean ipv6) {
        assertThat(allocated(i -> {
                    large.create(key(ipv6, i % (3 * FLOWS)), (int) i & 7, FlowState.UDP, 0, NOW_MS);
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(table.size()).isEqualTo(2 * FLOWS);
        assertThat(large.tableFull()).isGreaterThan(FLOWS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotAllocateWhenCreatingAnewAfterRemoval(boolean ipv6) {
        FlowRecord flow = new FlowRecord();

        assertThat(allocated(i -> {
                    table.put(key(ipv6, i), flow.set((int) i & 7, FlowState.UDP, NOW_MS));
                    table.remove(key(ipv6, i - FLOWS), flow);
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(table.size()).isEqualTo(FLOWS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotAllocateWhenStatesChangeOrTrafficIsWrittenBehind(boolean ipv6) {
        fill(ipv6);
        long[] written = new long[1];

        assertThat(allocated(i -> {
                    long nowMs = NOW_MS + i / 100;
                    int slot = large.lookup(key(ipv6, i % FLOWS), FlowTimeouts.DEFAULT, nowMs);
                    large.touch(slot, 100, nowMs);
                    if ((i & 7) == 0) {
                        large.state(slot, (i & 8) == 0 ? FlowState.CLOSING : FlowState.ESTABLISHED, nowMs);
                    }
                    written[0] += large.writeSoon(nowMs, 4);
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(written[0]).isGreaterThan(MEASURED / 3);
    }

    /** No packet's way, and yet for ever going on: what it leaves behind has to be collected, and packets wait then. */
    @Test
    void shouldAllocateNextToNothingWhenFlowsExpire() {
        fill(false);
        IdleLimits limits = id -> FlowTimeouts.DEFAULT;

        long octets = allocated(WARM_UP / 20, MEASURED / 20, i -> table.expireNext(NOW_MS, limits));

        assertThat(octets / (MEASURED / 20)).as("a piece of the table").isLessThanOrEqualTo(48);
    }

    private FlowKey key(boolean ipv6, long number) {
        return ipv6 ? Keys.setIpv6(key, number, 5_000) : Keys.setIpv4(key, number, 5_000);
    }

    private void fill(boolean ipv6) {
        for (long i = 0; i < FLOWS; i++) {
            large.create(key(ipv6, i), 1, FlowState.ESTABLISHED, 0, NOW_MS);
        }
    }

    static long allocated(LongConsumer operation) {
        return allocated(WARM_UP, MEASURED, operation);
    }

    private static long allocated(int warmUp, int measured, LongConsumer operation) {
        long thread = Thread.currentThread().getId();
        for (long i = 0; i < warmUp; i++) {
            operation.accept(i);
        }
        long before = THREADS.getThreadAllocatedBytes(thread);
        for (long i = warmUp; i < warmUp + measured; i++) {
            operation.accept(i);
        }
        return THREADS.getThreadAllocatedBytes(thread) - before;
    }
}
