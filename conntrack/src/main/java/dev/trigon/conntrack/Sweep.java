package dev.trigon.conntrack;

import dev.trigon.conntrack.store.Cell;
import dev.trigon.conntrack.store.CellMap;
import java.util.function.Predicate;

/**
 * Goes through a table a piece at a time, round and round, and removes flows. Thousands of pieces a second are looked at, so what that
 * takes is made once.
 */
final class Sweep implements Predicate<Cell> {
    private final CellMap map;
    private final BackendCounts counts;
    private final FlowRecord flow = new FlowRecord();
    private final CellMap.Sweeper sweeper;
    private Predicate<FlowRecord> doomed = one -> false;
    private int next;

    Sweep(CellMap map, BackendCounts counts) {
        this.map = map;
        this.counts = counts;
        this.sweeper = map.new Sweeper(flow.cell);
    }

    /** Removes such flows from the next piece. Answers how many there were. */
    synchronized int removeNext(Predicate<FlowRecord> what) {
        doomed = what;
        int segment = next;
        next = (segment + 1) % map.segments();
        return sweeper.removeIf(segment, this);
    }

    /** The cell is the flow's. */
    @Override
    public boolean test(Cell cell) {
        boolean removed = doomed.test(flow);
        if (removed) {
            counts.add(flow.backendId(), -1);
        }
        return removed;
    }
}
