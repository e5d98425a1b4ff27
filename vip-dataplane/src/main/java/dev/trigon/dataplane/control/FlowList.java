package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.FlowView;
import dev.trigon.dataplane.config.Addresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Flows as they are listed.
 *
 * @param limit at most so many; 0: all
 * @param order null: as the table has them, so that none has to wait for the others
 */
record FlowList(
        DataPath dataPath,
        FlowFilter filter,
        FlowNames names,
        int limit,
        @Nullable FlowOrder order) implements Streamed {
    @Override
    public void writeTo(Items items) throws IOException {
        if (order != null) {
            FirstFlows first = new FirstFlows(order, limit);
            visit(first);
            for (DataPath.Flow flow : first.inOrder()) {
                items.add(view(flow));
            }
            return;
        }
        try {
            visit(new Writer(items));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (Enough e) {
            // all that was asked for
        }
    }

    private void visit(Consumer<DataPath.Flow> consumer) {
        dataPath.forEachFlow(flow -> {
            if (filter.test(flow)) {
                consumer.accept(flow);
            }
        });
    }

    /** Ends a visit that would go on through all of the table. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super("as many flows as were asked for", null, false, false);
        }
    }

    private final class Writer implements Consumer<DataPath.Flow> {
        private final Items items;
        private int written;

        Writer(Items items) {
            this.items = items;
        }

        @Override
        public void accept(DataPath.Flow flow) {
            try {
                items.add(view(flow));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            written++;
            if (written == limit) {
                throw new Enough();
            }
        }
    }

    private FlowView view(DataPath.Flow flow) {
        FlowNames.Name name = names.nameOf(flow);
        return new FlowView(
                flow.protocol().label(),
                Addresses.format(flow.client(), flow.clientPort()),
                Addresses.format(flow.vip(), flow.vipPort()),
                name.service(),
                name.backend(),
                flow.state(),
                flow.idleSeconds(),
                flow.packets(),
                flow.bytes());
    }
}
