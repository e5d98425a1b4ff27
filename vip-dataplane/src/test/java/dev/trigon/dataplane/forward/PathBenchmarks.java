package dev.trigon.dataplane.forward;

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
 * Runs the packet path's benchmarks, or those that are named, and prints of each the median of its turns, the best and the
 * octets it allocates. On a machine that is shared the best says most: what disturbs only ever adds.
 */
final class PathBenchmarks {
    private static final String OCTETS = "gc.alloc.rate.norm";

    private PathBenchmarks() {}

    /** @param args the flags that a JVM is given, and what is to be run: a part of a benchmark's name, or parameter=value,value */
    public static void main(String[] args) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.jvmArgs(args[0].split(" ", -1)).addProfiler(GCProfiler.class);
        for (String arg : Arrays.asList(args).subList(1, args.length)) {
            int equals = arg.indexOf('=');
            if (equals < 0) {
                options.include(arg);
            } else {
                options.param(
                        arg.substring(0, equals), arg.substring(equals + 1).split(",", -1));
            }
        }
        for (RunResult result : new Runner(options.build()).run()) {
            result.getBenchmarkResults().forEach(PathBenchmarks::print);
        }
    }

    private static void print(BenchmarkResult result) {
        BenchmarkParams params = result.getParams();
        double[] ns = result.getIterationResults().stream()
                .mapToDouble(turn -> turn.getPrimaryResult().getScore())
                .sorted()
                .toArray();
        String name = params.getBenchmark();
        System.out.printf(
                Locale.ROOT,
                "result | %s | %s | %.1f | %.1f | %.2f%n",
                name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
                params.getParamsKeys().stream()
                        .map(key -> key + " " + params.getParam(key))
                        .collect(Collectors.joining(", ")),
                ns[ns.length / 2],
                ns[0],
                result.getSecondaryResults().get(OCTETS).getScore());
    }
}
