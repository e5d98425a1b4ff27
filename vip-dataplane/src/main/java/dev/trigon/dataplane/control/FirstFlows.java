package dev.trigon.dataplane.control;

import dev.trigon.dataplane.control.DataPath.Flow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** The first flows in some order: no more of them are held at any moment. */
final class FirstFlows implements Consumer<Flow> {
    private final int limit;
    private final Comparator<Flow> order;
    /** The last of them at its head: it is the one to make room. */
    private final PriorityQueue<Flow> kept;

    FirstFlows(FlowOrder order, int limit) {
        this.limit = limit;
        this.order = order.comparator();
        this.kept = new PriorityQueue<>(this.order.reversed());
    }

    @Override
    public void accept(Flow flow) {
        kept.add(flow);
        if (kept.size() > limit) {
            kept.remove();
        }
    }

    List<Flow> inOrder() {
        List<Flow> list = new ArrayList<>(kept);
        list.sort(order);
        return list;
    }
}
