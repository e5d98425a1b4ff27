package dev.trigon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Processor time that threads have had, and what one processor has been busy with altogether, the kernel's own work
 * for arriving frames included.
 *
 * @param ofThreads nanoseconds by thread, /proc/PID/task/TID/schedstat
 * @param busyTicks of the processor, /proc/stat
 * @param allTicks that went by there
 */
record ProcessorTime(Map<String, Long> ofThreads, long busyTicks, long allTicks) {
    private static final int IDLE_FIELD = 3;
    private static final int IOWAIT_FIELD = 4;
    /** What comes behind is guests' time, which is in the fields before as well. */
    private static final int FIELDS = 8;

    static ProcessorTime now(List<String> pids, int processor) {
        Map<String, Long> threads = new HashMap<>();
        for (String pid : pids) {
            addThreads(Path.of("/proc", pid, "task"), threads);
        }
        long[] ticks = ticks(processor);
        long all = Arrays.stream(ticks).sum();
        return new ProcessorTime(threads, all - ticks[IDLE_FIELD] - ticks[IOWAIT_FIELD], all);
    }

    private static void addThreads(Path tasks, Map<String, Long> threads) {
        try (Stream<Path> all = Files.list(tasks)) {
            for (Path task : all.toList()) {
                String stat = Files.readString(task.resolve("schedstat"));
                threads.put(task.getFileName().toString(), Long.parseLong(stat.substring(0, stat.indexOf(' '))));
            }
        } catch (IOException e) {
            // a thread that ended meanwhile
        }
    }

    private static long[] ticks(int processor) {
        try {
            return Files.readAllLines(Path.of("/proc/stat")).stream()
                    .filter(line -> line.startsWith("cpu" + processor + " "))
                    .flatMap(line -> Arrays.stream(line.split(" +")).skip(1).limit(FIELDS))
                    .mapToLong(Long::parseLong)
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ProcessorTime since(ProcessorTime before) {
        Map<String, Long> threads = new HashMap<>();
        ofThreads.forEach((thread, ns) -> threads.put(thread, ns - before.ofThreads.getOrDefault(thread, 0L)));
        return new ProcessorTime(threads, busyTicks - before.busyTicks, allTicks - before.allTicks);
    }

    /** Of the thread that had most: the one that forwards. */
    long busiestThreadNs() {
        return threadTimes().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    long allThreadsNs() {
        return threadTimes().stream().mapToLong(Long::longValue).sum();
    }

    double busyShare() {
        return allTicks == 0 ? 0 : (double) busyTicks / allTicks;
    }

    private Collection<Long> threadTimes() {
        return ofThreads.values();
    }
}
