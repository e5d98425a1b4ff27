package dev.trigon.conntrack;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a new flow costs, beside so many that are there: found nowhere, then made. Off the clock they are removed again. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class NewFlowBenchmark {
    private static final long NOW_MS = 1_800_000_000_000L;
    /** Many, so that what JMH does between them is nothing beside them. */
    private static final int NEW_FLOWS = 20_000;

    @Param({"1000", "100000", "1000000"})
    int flows;

    private FlowTable table;
    private FlowCache cache;
    private final FlowKey key = new FlowKey();
    private final FlowRecord record = new FlowRecord();
    private long first;

    @Setup
    public void fill() {
        table = FlowTable.inMemory(2L * Math.max(flows, NEW_FLOWS));
        cache = new FlowCache(table, 1 << 20, FlowTimeouts.DEFAULT);
        for (int i = 0; i < flows; i++) {
            table.put(Keys.setIpv4(key, i, i), record.set(i & 15, FlowState.ESTABLISHED, NOW_MS));
        }
        first = flows;
    }

    @TearDown
    public void close() throws IOException {
        table.close();
    }

    @TearDown(Level.Invocation)
    public void remove() {
        cache.writeAll();
        for (long i = first; i < first + NEW_FLOWS; i++) {
            table.remove(scattered(i), record);
        }
        first += NEW_FLOWS;
    }

    private FlowKey scattered(long number) {
        long mixed = FlowKey.mix(number);
        return Keys.setIpv4(key, mixed, (int) (mixed >>> 32) | 1);
    }

    @Benchmark
    @OperationsPerInvocation(NEW_FLOWS)
    public long create() {
        long slots = 0;
        for (long i = first; i < first + NEW_FLOWS; i++) {
            FlowKey unknown = scattered(i);
            if (cache.lookup(unknown, FlowTimeouts.DEFAULT, NOW_MS) == FlowCache.MISS) {
                slots += cache.create(unknown, 3, FlowState.UDP, 0, NOW_MS);
            }
        }
        return slots;
    }
}
