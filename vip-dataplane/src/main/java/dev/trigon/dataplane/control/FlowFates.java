package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.PlanView.Flows;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.WhenDown;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What becomes of flows with a change. Only those count that have a server before it, and that have not been reset. */
final class FlowFates implements Consumer<DataPath.Flow> {
    static final Flows NONE = new Flows(0, 0, 0);

    private static final Flows STAYS = new Flows(1, 0, 0);
    private static final Flows MOVES = new Flows(0, 1, 0);
    private static final Flows ENDS = new Flows(0, 0, 1);
    private static final String CLOSED = "closed";

    private final Bindings before;
    private final Bindings after;
    private final Map<String, Flows> byService = new HashMap<>();

    FlowFates(ServicesState before, ServicesState after) {
        this.before = Bindings.of(before);
        this.after = Bindings.of(after);
    }

    @Override
    public void accept(DataPath.Flow flow) {
        ServiceSpec service = before.serviceOf(flow);
        InetAddress server = service == null ? null : before.serverOf(flow, service);
        if (service != null && server != null && !flow.state().equals(CLOSED)) {
            byService.merge(service.name(), fate(flow, server, after.serviceOf(flow)), Flows::plus);
        }
    }

    /** As {@code FlowPlacement} will decide with the flow's next packet. */
    private Flows fate(DataPath.Flow flow, InetAddress server, @Nullable ServiceSpec next) {
        if (next == null) {
            return ENDS;
        }
        if (server.equals(after.serverOf(flow, next))) {
            return STAYS;
        }
        boolean isReset = flow.protocol() == Protocol.TCP && next.flows().whenDown() == WhenDown.RESET;
        boolean hasOthers = next.backends().stream().anyMatch(BackendSpec::takesNewFlows);
        return isReset || !hasOthers ? ENDS : MOVES;
    }

    /** Of what is a service's before the change. */
    Flows of(String service) {
        return byService.getOrDefault(service, NONE);
    }

    Flows total() {
        return byService.values().stream().reduce(NONE, Flows::plus);
    }
}
