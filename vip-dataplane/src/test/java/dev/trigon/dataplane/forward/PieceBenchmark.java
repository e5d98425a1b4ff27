package dev.trigon.dataplane.forward;

import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Vip;
import dev.trigon.dataplane.wire.Packet;
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
import org.openjdk.jmh.infra.Blackhole;

/** What the steps of the way cost, each with those before it: the differences are the steps' own. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class PieceBenchmark {
    @Param("1000")
    int flows;

    @Param
    Scene scene;

    private final Packet packet = new Packet();
    private final Fate fate = new Fate();
    private Workbench bench;
    private Placement placement;

    @Setup
    public void begin() {
        bench = new Workbench(scene, Integer.MAX_VALUE).know(flows);
        placement = new Placement(new FlowPlacement(bench.memory, 0), false);
    }

    @TearDown
    public void end() throws IOException {
        bench.close();
    }

    @Benchmark
    @OperationsPerInvocation(Worker.BATCH)
    public Batch arrive() {
        bench.arrive();
        return bench.batch;
    }

    @Benchmark
    @OperationsPerInvocation(Worker.BATCH)
    public void parse(Blackhole results) {
        bench.arrive();
        for (int frame = 0; frame < Worker.BATCH; frame++) {
            results.consume(parse(frame));
        }
    }

    private Packet parse(int frame) {
        packet.parse(bench.batch.frames(), bench.batch.at(frame), bench.batch.length(frame));
        return packet;
    }

    private static Vip vip(Packet packet, ServiceTable services) {
        return services.vip(packet.destinationHigh(), packet.destinationLow());
    }

    @Benchmark
    @OperationsPerInvocation(Worker.BATCH)
    public void classify(Blackhole results) {
        bench.arrive();
        ServiceTable services = bench.services;
        for (int frame = 0; frame < Worker.BATCH; frame++) {
            Vip vip = vip(parse(frame), services);
            results.consume(vip.service(packet.protocol(), packet.destinationPort()));
        }
    }

    @Benchmark
    @OperationsPerInvocation(Worker.BATCH)
    public void place(Blackhole results) {
        bench.arrive();
        ServiceTable services = bench.services;
        for (int frame = 0; frame < Worker.BATCH; frame++) {
            Vip vip = vip(parse(frame), services);
            placement.place(packet, vip, services, Workbench.START_MS, fate);
            results.consume(fate.backendId());
        }
    }
}
