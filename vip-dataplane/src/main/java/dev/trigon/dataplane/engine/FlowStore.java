package dev.trigon.dataplane.engine;

import dev.trigon.conntrack.Affinities;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the state directory remembers of those who sent packets.
 *
 * @param flows which backend each flow has
 * @param clients which backend each client had last, for services with affinity
 */
record FlowStore(FlowTable flows, FlowTable clients) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowStore.class);

    static FlowStore open(Path state, long maxFlows, long maxClients) throws Refusal {
        try {
            FlowTable flows = tell("flow table", FlowTable.open(state, maxFlows));
            try {
                return new FlowStore(flows, tell("affinity table", Affinities.openTable(state, maxClients)));
            } catch (IOException | RuntimeException e) {
                close(flows);
                throw e;
            }
        } catch (IOException e) {
            throw new Refusal(
                    "flow table in " + state,
                    String.valueOf(e.getMessage()),
                    "make the directory writable and see that the disk has room");
        }
    }

    private static FlowTable tell(String name, FlowTable table) {
        Path aside = table.setAside();
        if (aside != null) {
            LOG.warn("the {} could not be read and starts empty; the old file is kept as {}", name, aside);
        }
        LOG.info("{}: {}, {} entries", name, table.origin(), table.size());
        return table;
    }

    @Override
    public void close() {
        close(flows);
        close(clients);
    }

    private static void close(FlowTable table) {
        try {
            table.close();
        } catch (IOException e) {
            LOG.error("closing a table of flows: {}; the next start recovers it", e.getMessage());
        }
    }
}
