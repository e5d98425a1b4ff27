package dev.trigon.dataplane.forward;

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

/**
 * What a packet costs a worker that is the first of its flow, a datagram, beside so many flows that are there. Off the clock the
 * new ones are removed again.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class NewFlowPathBenchmark {
    private static final int BATCHES = 500;
    private static final int NEW_FLOWS = BATCHES * Worker.BATCH;

    @Param({"1000", "100000", "1000000"})
    int flows;

    /** What is remembered of the million a second that come: the default, whose rest is placed by hash; and all of them. */
    @Param({"100000", "10000000"})
    int newPerSecond;

    private Workbench bench;
    private int first;

    @Setup
    public void begin() {
        bench = new Workbench(Scene.L2DSR, newPerSecond).know(flows);
        first = flows;
    }

    @TearDown
    public void end() throws IOException {
        bench.close();
    }

    @TearDown(Level.Invocation)
    public void forgetThem() {
        bench.forget(first, NEW_FLOWS);
        first += NEW_FLOWS;
    }

    @Benchmark
    @OperationsPerInvocation(NEW_FLOWS)
    public void place() {
        for (int i = 0; i < BATCHES; i++) {
            bench.arrive(first + i * Worker.BATCH);
            bench.pass();
        }
    }
}
