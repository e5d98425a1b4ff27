package dev.trigon.conntrack;

import dev.trigon.conntrack.store.Cell;
import dev.trigon.conntrack.store.CellMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An opened map of flows, and how many of them each backend has. */
record Flows(CellMap map, BackendCounts counts) {
    private static final Logger LOG = LoggerFactory.getLogger(Flows.class);

    /**
     * Looks at every entry once, counts it, and removes those that are not whole. Closes the map if its structure does not
     * hold together.
     *
     * @throws RuntimeException if the map's structure does not hold together
     */
    static Flows of(CellMap map) {
        try {
            BackendCounts counts = new BackendCounts();
            int torn = 0;
            for (int segment = 0; segment < map.segments(); segment++) {
                torn += countSegment(map, segment, counts);
            }
            if (torn > 0) {
                LOG.warn("flow table: {} entries were not whole and are gone; their flows are placed anew", torn);
            }
            return new Flows(map, counts);
        } catch (RuntimeException e) {
            map.close();
            throw e;
        }
    }

    private static int countSegment(CellMap map, int segment, BackendCounts counts) {
        return map.removeIf(
                segment,
                cell -> {
                    if (!FlowRecord.isWhole(cell)) {
                        return true;
                    }
                    counts.add(FlowRecord.backendId(cell.tag), 1);
                    return false;
                },
                new Cell());
    }
}
