package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FlowTableConcurrencyTest {
    private static final int WORKERS = 3;
    private static final int FLOWS_EACH = 2_000;
    private static final int PACKETS_EACH = 200_000;

    /** Threads that outnumber the cores and hold a lock all the time would show how the kernel shares its cores out. */
    private static final long PAUSE_NS = 100_000;

    /** A flow's number is its worker's above these bits, its own below. */
    private static final int NUMBER_BITS = 16;

    private static final FlowTimeouts TIMEOUTS = FlowTimeouts.DEFAULT;

    private final FlowTable table = FlowTable.inMemory(WORKERS * FLOWS_EACH);
    private final AtomicBoolean working = new AtomicBoolean(true);

    @Test
    void shouldKeepCountWhileWorkersExpiryAndListingRun() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (table) {
            List<Future<?>> workers = new ArrayList<>();
            for (int worker = 0; worker < WORKERS; worker++) {
                int of = worker;
                workers.add(threads.submit(() -> work(of)));
            }
            Future<?> expiry = threads.submit(this::expire);
            Future<?> listing = threads.submit(this::list);
            for (Future<?> worker : workers) {
                worker.get();
            }
            working.set(false);
            expiry.get();
            listing.get();

            assertThat(table.size()).isEqualTo(WORKERS * FLOWS_EACH);
            for (int worker = 0; worker < WORKERS; worker++) {
                assertThat(table.activeFlows(worker)).isEqualTo(FLOWS_EACH);
            }
            long[] packets = new long[1];
            table.forEach(flow -> packets[0] += flow.packets());
            assertThat(packets[0]).isEqualTo((long) WORKERS * PACKETS_EACH);
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Its cache holds a fraction of its flows, so that it reads through and evicts all the time. */
    private void work(int worker) {
        FlowKey key = new FlowKey();
        try (FlowCache cache = new FlowCache(table, 256, TIMEOUTS)) {
            for (int i = 0; i < PACKETS_EACH; i++) {
                long number = ((long) worker << NUMBER_BITS) | ((i * 31L) % FLOWS_EACH);
                Keys.setMixed(key, number);
                long nowMs = 1_000_000L + i / 100;
                int slot = cache.lookup(key, FlowTimeouts.DEFAULT, nowMs);
                if (slot == FlowCache.MISS) {
                    assertThat(i).as("each flow is new once").isLessThan(FLOWS_EACH);
                    slot = cache.create(key, worker, FlowState.UDP, 100, nowMs);
                } else {
                    cache.touch(slot, 100, nowMs);
                }
                assertThat(cache.backendId(slot)).isEqualTo(worker);
                cache.writeBehind(nowMs, 16);
            }
        }
    }

    private void expire() {
        while (working.get()) {
            assertThat(table.expireNext(1_000_000, id -> TIMEOUTS)).isZero();
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private void list() {
        while (working.get()) {
            table.forEach(flow -> assertThat(flow.backendId()).isEqualTo(Keys.number(flow.key()) >>> NUMBER_BITS));
            LockSupport.parkNanos(PAUSE_NS);
        }
    }
}
