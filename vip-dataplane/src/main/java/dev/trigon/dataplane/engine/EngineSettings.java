package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.port.fault.Faults;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an engine needs to know.
 *
 * @param workers how many there have to be, or {@link VipdConfig#WORKERS_AUTO}
 * @param cpus that the workers are pinned to, in turn; none: to none
 * @param cachedFlows how many flows each worker has at hand; a power of two
 * @param newFlowsPerSecond how many each remembers a second
 * @param maxClients how many clients are remembered for services with affinity
 */
public record EngineSettings(
        List<String> interfaces,
        VipdConfig.Engine engine,
        int workers,
        List<Integer> cpus,
        Path state,
        long maxFlows,
        int cachedFlows,
        int newFlowsPerSecond,
        long maxClients,
        FlowTimeouts timeouts,
        AnswerPolicy answers,
        @Nullable Faults faults,
        VipdConfig.@Nullable Trace trace) {
    /** As many as all the workers' caches may have. */
    int cachedFlows(int ofWorkers) {
        return Math.min(cachedFlows, VipdConfig.Flows.mostCached(ofWorkers));
    }
}
