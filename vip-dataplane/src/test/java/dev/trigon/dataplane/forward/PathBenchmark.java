package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.EthernetHeader;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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

/** What a packet of a known flow costs a worker. The balancer's own cost is {@link #balance} less {@link #bounce}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class PathBenchmark {
    @Param({"1000", "100000", "1000000"})
    int flows;

    @Param
    Scene scene;

    private final EthernetHeader ethernet = new EthernetHeader();
    private Workbench bench;

    @Setup
    public void begin() {
        bench = new Workbench(scene, Integer.MAX_VALUE).know(flows);
    }

    @TearDown
    public void end() throws IOException {
        bench.close();
    }

    @Benchmark
    @OperationsPerInvocation(Worker.BATCH)
    public Batch balance() {
        bench.arrive();
        bench.pass();
        return bench.batch;
    }

    /** Sends it back to where it came from, looking at nothing: what costs least of all that can be done with a frame. */
    @Benchmark
    @OperationsPerInvocation(Worker.BATCH)
    public Batch bounce() {
        bench.arrive();
        Batch batch = bench.batch;
        for (int frame = 0; frame < batch.count(); frame++) {
            ethernet.wrap(batch.frames(), batch.at(frame));
            long from = ethernet.source();
            ethernet.source(ethernet.destination());
            ethernet.destination(from);
            batch.send(frame, Rig.INGRESS);
        }
        return batch;
    }
}
