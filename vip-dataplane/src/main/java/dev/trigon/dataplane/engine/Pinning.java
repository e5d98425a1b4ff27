package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.service.Refusal;
import dev.trigon.linux.CpuAffinity;
import dev.trigon.linux.LinuxException;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which worker runs on which CPU. With more workers than CPUs several share one; with no CPUs named, the kernel chooses. */
final class Pinning {
    private static final Logger LOG = LoggerFactory.getLogger(Pinning.class);

    private final List<Integer> cpus;

    private Pinning(List<Integer> cpus) {
        this.cpus = cpus;
    }

    /** Refuses CPUs that the calling thread may not run on, for no thread that it starts may. */
    static Pinning to(List<Integer> cpus) throws Refusal {
        BitSet allowed = CpuAffinity.allowed();
        for (int cpu : cpus) {
            if (!allowed.get(cpu)) {
                throw new Refusal(
                        "cpus",
                        "CPU " + cpu + " is not there, or vipd may not run on it",
                        "choose from " + words(allowed)
                                + ", which it may; a cpuset or taskset may keep it from others");
            }
        }
        return new Pinning(List.copyOf(cpus));
    }

    private static String words(BitSet cpus) {
        return cpus.stream().mapToObj(String::valueOf).collect(Collectors.joining(", "));
    }

    /** Pins the calling thread, which is to be the worker of that number's. A CPU may have been taken away meanwhile. */
    void pin(int number) {
        if (cpus.isEmpty()) {
            return;
        }
        int cpu = cpus.get(number % cpus.size());
        try {
            CpuAffinity.pin(cpu);
        } catch (LinuxException e) {
            LOG.warn("{} runs wherever it may: {}", Thread.currentThread().getName(), e.getMessage());
        }
    }
}
