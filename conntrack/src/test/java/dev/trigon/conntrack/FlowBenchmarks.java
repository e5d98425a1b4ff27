package dev.trigon.conntrack;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks, or those that are named, and prints of each the median of its turns, the best and the octets it
 * allocates. On a machine that is shared the best says most: what disturbs only ever adds.
 */
final class FlowBenchmarks {
    private static final String OCTETS = "gc.alloc.rate.norm";

    private FlowBenchmarks() {}

    /** @param args the flags that a JVM is given, and what is to be run, all of it by default */
    public static void main(String[] args) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.jvmArgs(args[0].split(" ")).addProfiler(GCProfiler.class);
        Arrays.stream(args).skip(1).forEach(options::include);
        for (RunResult result : new Runner(options.build()).run()) {
            result.getBenchmarkResults().forEach(FlowBenchmarks::print);
        }
    }

    private static void print(BenchmarkResult result) {
        BenchmarkParams params = result.getParams();
        double[] ns = result.getIterationResults().stream()
                .mapToDouble(turn -> turn.getPrimaryResult().getScore())
                .sorted()
                .toArray();
        String name = Arrays.stream(params.getBenchmark().split("\\."))
                .skip(params.getBenchmark().split("\\.").length - 2L)
                .collect(Collectors.joining("."));
        System.out.printf(
                Locale.ROOT,
                "result | %s | %s | %s | %.0f | %.0f | %.2f%n",
                name,
                params.getParam("flows"),
                params.getParamsKeys().contains("cache") ? params.getParam("cache") : "",
                ns[ns.length / 2],
                ns[0],
                result.getSecondaryResults().get(OCTETS).getScore());
    }
}
