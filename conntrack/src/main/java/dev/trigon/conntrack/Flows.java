package dev.trigon.conntrack;

import dev.trigon.conntrack.store.Cell;
import dev.trigon.conntrack.store.CellMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An opened map of flows, and how many of them each backend has. */
record Flows(CellMap map, BackendCounts counts) {
    private static final Logger LOG = LoggerFactory.getLogger(Flows.class);

    /** A million flows are looked at in a tenth of a second; more threads than this would not end sooner. */
    private static final int MOST_THREADS = 4;

    /**
     * Looks at every entry once, counts it, and removes those that are not whole. Also where the file was closed in order:
     * a mark says that nobody wrote it since, not that the disk gives back what was written. Closes the map if its
     * structure does not hold together.
     *
     * @throws RuntimeException if the map's structure does not hold together
     */
    static Flows of(CellMap map) {
        try {
            Flows flows = new Flows(map, new BackendCounts());
            int torn = flows.countAll();
            if (torn > 0) {
                LOG.warn("flow table: {} entries were not whole and are gone; their flows are placed anew", torn);
            }
            return flows;
        } catch (RuntimeException e) {
            map.close();
            throw e;
        }
    }

    /** The segments share nothing: threads take the next one each, until there is none. All have ended afterwards. */
    private int countAll() {
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            AtomicInteger next = new AtomicInteger();
            List<CompletableFuture<Integer>> parts = Stream.generate(
                            () -> CompletableFuture.supplyAsync(() -> countSome(next), pool))
                    .limit(threads)
                    .toList();
            CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new)).join();
            return parts.stream().mapToInt(CompletableFuture::join).sum();
        } finally {
            pool.shutdown();
        }
    }

    private int countSome(AtomicInteger next) {
        BackendCounts own = new BackendCounts();
        int torn = 0;
        for (int segment = next.getAndIncrement(); segment < map.segments(); segment = next.getAndIncrement()) {
            torn += countSegment(segment, own);
        }
        counts.addAll(own);
        return torn;
    }

    private int countSegment(int segment, BackendCounts into) {
        return map.removeIf(
                segment,
                cell -> {
                    if (!FlowRecord.isWhole(cell)) {
                        return true;
                    }
                    into.add(FlowRecord.backendId(cell.tag), 1);
                    return false;
                },
                new Cell());
    }
}
