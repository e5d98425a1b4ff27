package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A packet's way allocates nothing: measured over a million operations of each kind, after warming up. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 200_000;
    private static final int MEASURED = 1_000_000;
    private static final int FLOWS = 100_000;

    /** What the compiler's own traps and recompilations may cost, in all; one object of 16 octets a call would be 16 million. */
    private static final long NOISE_OCTETS = 64 * 1024;

    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long PORTS = FlowKey.ports(FlowKey.UDP, 5_000, 53);

    private final FlowTable table = FlowTable.inMemory(2 * FLOWS);
    private final FlowCache large = new FlowCache(table, 1 << 18, FlowTimeouts.DEFAULT);
    private final FlowCache tiny = new FlowCache(table, 8, FlowTimeouts.DEFAULT);

    @AfterEach
    void close() throws Exception {
        table.close();
    }

    @Test
    void shouldNotAllocateOnAHit() {
        fill();

        assertThat(allocated(i -> {
                    long addresses = i % FLOWS;
                    int slot = large.lookup(addresses, PORTS, FlowKey.hash(addresses, PORTS), NOW_MS);
                    large.touch(slot, 100, NOW_MS);
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(large.hits()).isGreaterThan((WARM_UP + MEASURED) / 100 * 99);
    }

    @Test
    void shouldNotAllocateWhenReadingThroughAndEvicting() {
        fill();

        assertThat(allocated(i -> {
                    long addresses = Long.remainderUnsigned(FlowKey.mix(i), FLOWS);
                    int slot = tiny.lookup(addresses, PORTS, FlowKey.hash(addresses, PORTS), NOW_MS);
                    if (slot != FlowCache.MISS) {
                        tiny.touch(slot, 100, NOW_MS);
                    }
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(tiny.evictions()).isGreaterThan(MEASURED / 3);
    }

    @Test
    void shouldNotAllocateWhenCreatingOrWhenFull() {
        assertThat(allocated(i -> {
                    long addresses = i % (3 * FLOWS);
                    large.create(addresses, PORTS, FlowKey.hash(addresses, PORTS), (int) i & 7, FlowState.UDP, NOW_MS);
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(table.size()).isEqualTo(2 * FLOWS);
        assertThat(large.tableFull()).isGreaterThan(FLOWS);
    }

    @Test
    void shouldNotAllocateWhenCreatingAnewAfterRemoval() {
        FlowRecord flow = new FlowRecord();

        assertThat(allocated(i -> {
                    table.put(i, PORTS, flow.set((int) i & 7, FlowState.UDP, NOW_MS));
                    table.remove(i - FLOWS, PORTS, flow);
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(table.size()).isEqualTo(FLOWS);
    }

    @Test
    void shouldNotAllocateWhenStatesChangeOrTrafficIsWrittenBehind() {
        fill();
        long[] written = new long[1];

        assertThat(allocated(i -> {
                    long addresses = i % FLOWS;
                    long nowMs = NOW_MS + i / 100;
                    int slot = large.lookup(addresses, PORTS, FlowKey.hash(addresses, PORTS), nowMs);
                    large.touch(slot, 100, nowMs);
                    if ((i & 7) == 0) {
                        large.state(slot, (i & 8) == 0 ? FlowState.CLOSING : FlowState.ESTABLISHED, nowMs);
                    }
                    written[0] += large.writeBehind(nowMs, 4);
                }))
                .isLessThan(NOISE_OCTETS);
        assertThat(written[0]).isGreaterThan(MEASURED / 3);
    }

    private void fill() {
        for (long i = 0; i < FLOWS; i++) {
            large.create(i, PORTS, FlowKey.hash(i, PORTS), 1, FlowState.ESTABLISHED, NOW_MS);
        }
    }

    private static long allocated(LongConsumer operation) {
        long thread = Thread.currentThread().getId();
        for (long i = 0; i < WARM_UP; i++) {
            operation.accept(i);
        }
        long before = THREADS.getThreadAllocatedBytes(thread);
        for (long i = WARM_UP; i < WARM_UP + MEASURED; i++) {
            operation.accept(i);
        }
        return THREADS.getThreadAllocatedBytes(thread) - before;
    }
}
