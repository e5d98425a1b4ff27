package dev.trigon.conntrack;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a packet of a known flow costs, in the order in which nobody can guess which comes next. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FlowBenchmark {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final int ORDER_MASK = (1 << 20) - 1;

    @Param({"1000", "100000", "1000000"})
    int flows;

    @Param("4")
    int family;

    private FlowTable table;
    private final int[] order = new int[ORDER_MASK + 1];
    private final FlowKey key = new FlowKey();
    private final FlowRecord record = new FlowRecord();
    private int next;

    @Setup
    public void fill() {
        table = FlowTable.inMemory(2L * flows);
        for (int i = 0; i < flows; i++) {
            table.put(key(i), record.set(i & 15, FlowState.ESTABLISHED, NOW_MS));
        }
        SplittableRandom random = new SplittableRandom(flows);
        for (int i = 0; i < order.length; i++) {
            order[i] = random.nextInt(flows);
        }
    }

    @TearDown
    public void close() throws IOException {
        table.close();
    }

    private FlowKey nextKey() {
        return key(order[next++ & ORDER_MASK]);
    }

    private FlowKey key(int number) {
        return family == 6 ? Keys.setIpv6(key, number, number) : Keys.setIpv4(key, number, number);
    }

    /** A worker's cache in front of the table. */
    @State(Scope.Thread)
    public static class Cached {
        /** 262,144 by default; the other has room for all flows that are measured. */
        @Param({"262144", "4194304"})
        int cache;

        FlowCache flows;

        @Setup
        public void make(FlowBenchmark all) {
            flows = new FlowCache(all.table, cache, FlowTimeouts.DEFAULT);
        }
    }

    @Benchmark
    public int lookupAndTouch(Cached cached) {
        int slot = cached.flows.lookup(nextKey(), FlowTimeouts.DEFAULT, NOW_MS);
        cached.flows.touch(slot, 100, NOW_MS);
        return slot;
    }

    /** Each change is written through to the table. */
    @Benchmark
    public int changeState(Cached cached) {
        int slot = cached.flows.lookup(nextKey(), FlowTimeouts.DEFAULT, NOW_MS);
        FlowState other = cached.flows.state(slot) == FlowState.ESTABLISHED ? FlowState.CLOSING : FlowState.ESTABLISHED;
        cached.flows.state(slot, other, NOW_MS);
        return slot;
    }

    @Benchmark
    public boolean findInTable() {
        return table.find(nextKey(), record);
    }

    @Benchmark
    public boolean updateInTable() {
        return table.update(
                nextKey(), record.set(order[(next - 1) & ORDER_MASK] & 15, FlowState.ESTABLISHED, NOW_MS, 1, 100));
    }
}
