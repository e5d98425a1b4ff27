package dev.trigon.conntrack;

import dev.trigon.conntrack.store.Cell;
import dev.trigon.conntrack.store.CellMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Every flow and its backend: outside the heap, kept in a file, shared by the workers and the control plane. Any thread may
 * call anything but {@link #close}, which is for when the others have stopped. What concerns one flow allocates nothing.
 *
 * <p>It is bounded, and full is not an error: {@link #put} then answers false.
 *
 * <p>Flows of both families are in one map, with keys of five words. IPv4 would do with two; the other three cost 24 octets
 * a flow, of the 101 that a flow takes with all that is around it, where the bound is 128. For that there is one
 * bound, one file, one count and one expiry instead of two of each.
 */
public final class FlowTable implements AutoCloseable {
    /** Where the flows came from when the table was opened. */
    public enum Origin {
        IN_MEMORY,
        /** There was no usable file; see {@link FlowTable#setAside}. */
        CREATED,
        /** The file was closed in order. */
        CLEAN,
        /** The file's last user died, or its machine was restarted since. */
        RECOVERED
    }

    /** Looks at one flow. The record is used again for the next. */
    @FunctionalInterface
    public interface Visitor {
        void visit(FlowRecord flow);
    }

    private static final String FLOWS = "flows";
    private static final int SPARE_FRACTION = 16;
    private static final int FIRST_GENERATION = 1;

    private final CellMap map;
    private final @Nullable FlowFile file;
    private final BackendCounts counts;
    private final AtomicInteger generation = new AtomicInteger(FIRST_GENERATION);
    private final Sweep expiry;
    private final Sweep reclaiming;
    private boolean closed;

    private FlowTable(Flows flows, @Nullable FlowFile file) {
        this.map = flows.map();
        this.counts = flows.counts();
        this.expiry = new Sweep(map, counts);
        this.reclaiming = new Sweep(map, counts);
        this.file = file;
    }

    /**
     * Opens the flow table of a state directory, or makes one. A file that cannot be used is set aside, never overwritten.
     *
     * @throws IOException if another process has it open, or the directory cannot be written
     */
    public static FlowTable open(Path directory, long maxFlows) throws IOException {
        return open(directory, FLOWS, "flows.max", maxFlows);
    }

    /**
     * Opens another table of a state directory, or makes one.
     *
     * @param name what its files are named after, so that a directory can hold several
     * @param setting what an operator lowers to have it smaller
     */
    static FlowTable open(Path directory, String name, String setting, long maxFlows) throws IOException {
        checkMax(maxFlows);
        FlowFile file = FlowFile.claim(directory, name, setting);
        try {
            return new FlowTable(file.open(maxFlows, System.currentTimeMillis()), file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    public static FlowTable inMemory(long maxFlows) {
        checkMax(maxFlows);
        return new FlowTable(Flows.of(CellMap.inMemory(maxFlows)), null);
    }

    private static void checkMax(long maxFlows) {
        if (maxFlows <= 0 || maxFlows > 1 << 30) {
            throw new IllegalArgumentException("maxFlows is not within 1 and 2^30: " + maxFlows);
        }
    }

    public Origin origin() {
        return file == null ? Origin.IN_MEMORY : file.origin();
    }

    /** The file that was found and could not be used, where it is now; null if there was none. */
    public @Nullable Path setAside() {
        return file == null ? null : file.setAside();
    }

    /**
     * The path of the table's file, where that is not the file that is open any more: somebody deleted, moved or replaced
     * it. The table goes on without; {@link #close} writes another. Null: all is well, or the table has no file.
     */
    public @Nullable Path lostFile() throws IOException {
        return file == null ? null : file.lost();
    }

    public boolean find(FlowKey key, FlowRecord into) {
        into.address(key);
        return map.find(into.cell);
    }

    /** Sets a flow, whether there was one of this key or not. False: the table is full, and nothing changed. */
    public boolean put(FlowKey key, FlowRecord record) {
        record.seal(key);
        long replaced = map.put(record.cell);
        if (replaced == CellMap.FULL) {
            return false;
        }
        if (replaced != Cell.NO_TAG) {
            counts.add(FlowRecord.backendId(replaced), -1);
        }
        counts.add(record.backendId(), 1);
        return true;
    }

    /**
     * Brings a flow up to date with what a cache saw of it: takes over its state, the later of the two times, and adds
     * packets and bytes. False if there is no such flow, or it has another backend by now: what is gone stays gone. The
     * record then holds nothing of use.
     */
    public boolean update(FlowKey key, FlowRecord delta) {
        delta.seal(key);
        return map.merge(delta.cell, FlowRecord.BACKEND_BITS);
    }

    /**
     * Gives a flow to another backend, with its state, time, packets and bytes as they are here. False if there is no such
     * flow, or it is not {@code fromBackendId}'s: one that somebody removed a moment ago does not come back.
     */
    public boolean reassign(FlowKey key, int fromBackendId, int toBackendId, FlowRecord scratch) {
        while (find(key, scratch) && scratch.backendId() == fromBackendId) {
            long found = scratch.cell.tag;
            scratch.backendId(toBackendId);
            scratch.seal(key);
            if (map.replaceTag(scratch.cell, found)) {
                counts.add(fromBackendId, -1);
                counts.add(toBackendId, 1);
                return true;
            }
            // between the look and the lock it was removed, given away, or followed into another state: look again
        }
        return false;
    }

    /** Whether there was such a flow. */
    public boolean remove(FlowKey key, FlowRecord scratch) {
        scratch.address(key);
        long removed = map.remove(scratch.cell);
        if (removed == Cell.NO_TAG) {
            return false;
        }
        counts.add(FlowRecord.backendId(removed), -1);
        return true;
    }

    public long size() {
        return map.size();
    }

    public long maxFlows() {
        return map.maxCells();
    }

    /** Flows that name this backend. */
    public long activeFlows(int backendId) {
        return counts.get(backendId);
    }

    /**
     * The same as what can be held: looked up once, and from then on read as a field is. For who asks about many backends
     * again and again. The backend then counts as one that was named.
     */
    public LongSupplier activeFlowsOf(int backendId) {
        return counts.of(backendId);
    }

    /** The highest id of a backend that a flow names, or named since the table was opened; 0: none did. */
    public int highestBackendId() {
        return counts.highest();
    }

    /** Outside the heap, and in the file if there is one. */
    public long offHeapBytes() {
        return map.offHeapBytes();
    }

    /**
     * Grows when flows were removed behind the caches' back. A cache remembers at which generation it read a flow, and
     * asks again once another is in force.
     */
    public int generation() {
        return generation.get();
    }

    /** To be called after flows were removed that the caches must not go on with. */
    public void raiseGeneration() {
        generation.incrementAndGet();
    }

    /** Whether so little room is left that it is time to {@link #reclaimNext}: less than a sixteenth. */
    public boolean isPressed() {
        return map.size() >= maxFlows() - maxFlows() / SPARE_FRACTION;
    }

    /** How many calls of {@link #expireNext} or {@link #reclaimNext} look at every flow once. */
    public int expirySteps() {
        return map.segments();
    }

    /**
     * Looks at the next {@code 1 / expirySteps()} of the flows, and removes those that were idle for too long. Writes to
     * that part of the table wait meanwhile, some tens of microseconds. Answers how many were removed.
     */
    public int expireNext(long nowMs, IdleLimits limits) {
        return expireNext(flow -> limits.of(flow.backendId()).expiredForAll(flow.state(), flow.lastSeenMs(), nowMs));
    }

    int expireNext(Predicate<FlowRecord> expired) {
        return expiry.removeNext(expired);
    }

    /** Like {@link #expireNext}, for flows that can be done without. */
    public int reclaimNext(long nowMs, IdleLimits limits, Reclaim what) {
        return reclaiming.removeNext(flow -> what.takes(flow, limits.of(flow.backendId()), nowMs - flow.lastSeenMs()));
    }

    /**
     * Shows every flow that is there throughout; of those that come or go meanwhile, some. No lock is held while the visitor
     * looks.
     */
    public void forEach(Visitor visitor) {
        FlowRecord flow = new FlowRecord();
        for (int segment = 0; segment < map.segments(); segment++) {
            map.forEach(segment, cell -> visitor.visit(flow), flow.cell);
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (file == null) {
            map.close();
            return;
        }
        boolean isEmpty = map.size() == 0;
        try (file) {
            try (map) {
                if (!isEmpty && file.lost() != null) {
                    file.replaceLost(map, System.currentTimeMillis());
                }
            }
            if (!isEmpty) {
                file.markClean();
            } else if (file.lost() == null) {
                file.remove();
            }
        }
    }
}
