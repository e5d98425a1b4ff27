package dev.trigon.conntrack.store;

import java.io.File;
import java.io.IOException;
import java.util.PrimitiveIterator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapSegmentContext;

/**
 * A bounded map of {@link Cell}s outside the heap, in a file or not, for any number of threads. No operation on a single
 * cell allocates once its thread has done a few; none throws because the map is full.
 */
public final class CellMap implements AutoCloseable {
    static {
        quieten();
    }

    /** What {@link #put} answers when there is no room; no tag may be this. */
    public static final long FULL = -1;

    /**
     * Few enough that whoever holds a segment's lock while it walks through it holds it some tens of microseconds, even
     * where every cell goes; many enough that the segments fill evenly. A million cells take 101 MB, with 1024 in a segment
     * 90 MB, with 128 it is 119 MB.
     */
    static final int CELLS_PER_SEGMENT = 256;

    private static final int FEWEST_SEGMENTS = 16;

    private final ChronicleMap<Cell, Cell> map;
    private final long maxCells;
    private final AtomicLong size;

    private CellMap(ChronicleMap<Cell, Cell> map, long maxCells) {
        this.map = map;
        this.maxCells = maxCells;
        this.size = new AtomicLong(map.longSize());
    }

    /** Before any of Chronicle's classes is loaded: it reports usage over the network, and prints, unless told not to. */
    static void quieten() {
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
    }

    public static CellMap inMemory(long maxCells) {
        return new CellMap(builder(maxCells).create(), maxCells);
    }

    /** Opens a file that was closed in order, or makes one. */
    public static CellMap open(File file, long maxCells) throws IOException {
        return new CellMap(builder(maxCells).createPersistedTo(file), maxCells);
    }

    /**
     * Opens a file whose last user may have died in the middle of anything: frees its locks, mends its structure. What is
     * mended is not told one by one: a kill leaves a counter or two behind by one, and nothing else.
     */
    public static CellMap recover(File file, long maxCells) throws IOException {
        return new CellMap(builder(maxCells).recoverPersistedTo(file, false, found -> {}), maxCells);
    }

    private static ChronicleMapBuilder<Cell, Cell> builder(long maxCells) {
        CellKeyAccess key = new CellKeyAccess();
        CellValueAccess value = new CellValueAccess();
        return ChronicleMapBuilder.of(Cell.class, Cell.class)
                .keyReaderAndDataAccess(key, key)
                .valueReaderAndDataAccess(value, value)
                .constantKeySizeBySample(new Cell())
                .constantValueSizeBySample(new Cell())
                .entries(maxCells)
                .actualSegments(segmentsFor(maxCells))
                // a cell killed between two words is whole (see Cell); a checksum would make recovery throw it away
                .checksumEntries(false)
                .putReturnsNull(true)
                .removeReturnsNull(true)
                // the owner closes: a hook would close under the feet of threads that still run
                .skipCloseOnExitHook(true);
    }

    private static int segmentsFor(long maxCells) {
        long segments = Math.max(FEWEST_SEGMENTS, (maxCells + CELLS_PER_SEGMENT - 1) / CELLS_PER_SEGMENT);
        return Math.toIntExact(segments);
    }

    /** Whether the file was laid out for so many cells, or more: it may be older than the bound it was opened with. */
    public boolean hasRoomFor(long cells) {
        return map.segments() >= segmentsFor(cells);
    }

    public int segments() {
        return map.segments();
    }

    public long size() {
        return size.get();
    }

    public long maxCells() {
        return maxCells;
    }

    public long offHeapBytes() {
        return map.offHeapMemoryUsed();
    }

    /** Reads the value of the cell's key into the cell; leaves the value alone where there is none. */
    public boolean find(Cell cell) {
        return map.getUsing(cell, cell) != null;
    }

    /** Sets a cell. Answers the tag it replaced, {@link Cell#NO_TAG} if the key was new, {@link #FULL} if it found no room. */
    public long put(Cell cell) {
        try (ExternalMapQueryContext<Cell, Cell, ?> query = map.queryContext(cell)) {
            query.updateLock().lock();
            MapEntry<Cell, Cell> entry = query.entry();
            if (entry == null) {
                return insert(query, cell);
            }
            long replaced = tag(entry.value());
            entry.doReplaceValue(query.wrapValueAsData(cell));
            return replaced;
        }
    }

    private long insert(ExternalMapQueryContext<Cell, Cell, ?> query, Cell cell) {
        if (size.incrementAndGet() > maxCells) {
            size.decrementAndGet();
            return FULL;
        }
        try {
            query.insert(query.absentEntry(), query.wrapValueAsData(cell));
            return Cell.NO_TAG;
        } catch (IllegalStateException noTierLeft) {
            // many more cells fell into one segment than chance allows
            size.decrementAndGet();
            return FULL;
        }
    }

    /**
     * Merges a cell into the one of its key, if that has the same tag in the bits of {@code sameTag}: takes over the tag,
     * the later time, and adds the counts.
     */
    public boolean merge(Cell cell, long sameTag) {
        try (ExternalMapQueryContext<Cell, Cell, ?> query = map.queryContext(cell)) {
            query.updateLock().lock();
            MapEntry<Cell, Cell> entry = query.entry();
            if (entry == null) {
                return false;
            }
            Data<Cell> value = entry.value();
            if (((tag(value) ^ cell.tag) & sameTag) != 0) {
                return false;
            }
            long at = value.offset();
            cell.time = Math.max(cell.time, value.bytes().readLong(at + CellValueAccess.TIME_OFFSET));
            cell.countA += value.bytes().readLong(at + CellValueAccess.COUNT_A_OFFSET);
            cell.countB += value.bytes().readLong(at + CellValueAccess.COUNT_B_OFFSET);
            entry.doReplaceValue(query.wrapValueAsData(cell));
            return true;
        }
    }

    /**
     * Gives the cell's tag to the one of its key, if that has the tag {@code expected} now; its time and counts stay, and are
     * in the cell afterwards.
     */
    public boolean replaceTag(Cell cell, long expected) {
        try (ExternalMapQueryContext<Cell, Cell, ?> query = map.queryContext(cell)) {
            query.updateLock().lock();
            MapEntry<Cell, Cell> entry = query.entry();
            if (entry == null) {
                return false;
            }
            Data<Cell> value = entry.value();
            if (tag(value) != expected) {
                return false;
            }
            long at = value.offset();
            cell.time = value.bytes().readLong(at + CellValueAccess.TIME_OFFSET);
            cell.countA = value.bytes().readLong(at + CellValueAccess.COUNT_A_OFFSET);
            cell.countB = value.bytes().readLong(at + CellValueAccess.COUNT_B_OFFSET);
            entry.doReplaceValue(query.wrapValueAsData(cell));
            return true;
        }
    }

    /** Removes the cell of a key. Answers its tag, or {@link Cell#NO_TAG} if there was none. */
    public long remove(Cell cell) {
        try (ExternalMapQueryContext<Cell, Cell, ?> query = map.queryContext(cell)) {
            query.updateLock().lock();
            MapEntry<Cell, Cell> entry = query.entry();
            if (entry == null) {
                return Cell.NO_TAG;
            }
            long removed = tag(entry.value());
            entry.doRemove();
            size.decrementAndGet();
            return removed;
        }
    }

    /**
     * Shows every cell of one segment to {@code doomed} and removes those it answers true for. The segment's lock is held
     * meanwhile: others may read it, not write. Answers how many were removed.
     */
    public int removeIf(int segment, Predicate<Cell> doomed, Cell using) {
        return new Sweeper(using).removeIf(segment, doomed);
    }

    /** What {@link #removeIf} needs, for who does it thousands of times a second. For one thread at a time. */
    public final class Sweeper implements Consumer<MapEntry<Cell, Cell>> {
        private final Cell using;
        private Predicate<Cell> doomed = cell -> false;
        private int removed;

        /** @param using what each cell is shown in */
        public Sweeper(Cell using) {
            this.using = using;
        }

        /** As {@link CellMap#removeIf}. */
        public int removeIf(int segment, Predicate<Cell> what) {
            doomed = what;
            removed = 0;
            try (MapSegmentContext<Cell, Cell, ?> context = map.segmentContext(segment)) {
                context.forEachSegmentEntry(this);
            } finally {
                size.addAndGet(-removed);
            }
            return removed;
        }

        @Override
        public void accept(MapEntry<Cell, Cell> entry) {
            entry.key().getUsing(using);
            entry.value().getUsing(using);
            if (doomed.test(using)) {
                entry.doRemove();
                removed++;
            }
        }
    }

    /** Shows every cell of one segment, as it was when the segment's lock was held to copy them. */
    public void forEach(int segment, Consumer<Cell> visitor, Cell using) {
        LongStream.Builder words = LongStream.builder();
        try (MapSegmentContext<Cell, Cell, ?> context = map.segmentContext(segment)) {
            context.forEachSegmentEntry(entry -> {
                entry.key().getUsing(using);
                entry.value().getUsing(using);
                words.add(using.keyA).add(using.keyB).add(using.keyC);
                words.add(using.keyD).add(using.keyE);
                words.add(using.tag).add(using.time).add(using.countA).add(using.countB);
            });
        }
        PrimitiveIterator.OfLong each = words.build().iterator();
        while (each.hasNext()) {
            using.key(each.nextLong(), each.nextLong(), each.nextLong(), each.nextLong(), each.nextLong());
            using.tag = each.nextLong();
            using.time = each.nextLong();
            using.countA = each.nextLong();
            using.countB = each.nextLong();
            visitor.accept(using);
        }
    }

    private static long tag(Data<Cell> value) {
        return value.bytes().readLong(value.offset() + CellValueAccess.TAG_OFFSET);
    }

    @Override
    public void close() {
        map.close();
    }
}
