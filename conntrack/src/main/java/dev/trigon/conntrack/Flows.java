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

    /** A map that a later Trigon wrote. It is closed, and as it was. */
    static final class NewerFormException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What one look at all entries found. */
    private record Found(int whole, int torn, int newer) {
        static final Found NOTHING = new Found(0, 0, 0);

        Found plus(Found other) {
            return new Found(whole + other.whole, torn + other.torn, newer + other.newer);
        }

        /** One entry alone may look so by chance. */
        boolean isNewer() {
            return newer > whole;
        }
    }

    /** A new map, with nothing in it. Nothing of it is looked at: a page that nobody touches takes no memory. */
    static Flows none(CellMap map) {
        return new Flows(map, new BackendCounts());
    }

    /**
     * Looks at every entry once, counts it, and removes those that are not whole. Also where the file was closed in order:
     * a mark says that nobody wrote it since, not that the disk gives back what was written. Closes the map if its
     * structure does not hold together.
     *
     * @throws NewerFormException if most of what is there is of a later Trigon
     * @throws RuntimeException if the map's structure does not hold together
     */
    static Flows of(CellMap map) {
        try {
            Flows flows = new Flows(map, new BackendCounts());
            Found found = flows.countAll();
            if (found.isNewer()) {
                throw new NewerFormException();
            }
            int removed = found.torn + (found.newer > 0 ? flows.removeNewer() : 0);
            if (removed > 0) {
                LOG.warn("flow table: {} entries were not whole and are gone; their flows are placed anew", removed);
            }
            return flows;
        } catch (RuntimeException e) {
            map.close();
            throw e;
        }
    }

    /** The segments share nothing: threads take the next one each, until there is none. All have ended afterwards. */
    private Found countAll() {
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            AtomicInteger next = new AtomicInteger();
            List<CompletableFuture<Found>> parts = Stream.generate(
                            () -> CompletableFuture.supplyAsync(() -> countSome(next), pool))
                    .limit(threads)
                    .toList();
            CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new)).join();
            return parts.stream().map(CompletableFuture::join).reduce(Found.NOTHING, Found::plus);
        } finally {
            pool.shutdown();
        }
    }

    private Found countSome(AtomicInteger next) {
        BackendCounts own = new BackendCounts();
        Found found = Found.NOTHING;
        for (int segment = next.getAndIncrement(); segment < map.segments(); segment = next.getAndIncrement()) {
            found = found.plus(countSegment(segment, own));
        }
        counts.addAll(own);
        return found;
    }

    private Found countSegment(int segment, BackendCounts into) {
        int[] whole = new int[1];
        int[] newer = new int[1];
        int torn = map.removeIf(
                segment,
                cell -> {
                    if (FlowRecord.isWhole(cell)) {
                        into.add(FlowRecord.backendId(cell.tag), 1);
                        whole[0]++;
                        return false;
                    }
                    boolean isNewer = FlowRecord.isNewer(cell);
                    newer[0] += isNewer ? 1 : 0;
                    return !isNewer;
                },
                new Cell());
        return new Found(whole[0], torn, newer[0]);
    }

    private int removeNewer() {
        int removed = 0;
        for (int segment = 0; segment < map.segments(); segment++) {
            removed += map.removeIf(segment, FlowRecord::isNewer, new Cell());
        }
        return removed;
    }
}
