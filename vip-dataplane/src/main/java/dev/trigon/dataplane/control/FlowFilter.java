package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.Endpoint;
import dev.trigon.dataplane.config.FlowSelection;
import dev.trigon.dataplane.service.Refusal;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The flows of a selection: by what is shown of them, so that what a list shows is what the same selection flushes. */
final class FlowFilter implements Predicate<DataPath.Flow> {
    private final FlowSelection selection;
    private final @Nullable String service;
    private final FlowNames names;

    private FlowFilter(FlowSelection selection, @Nullable String service, FlowNames names) {
        this.selection = selection;
        this.service = service;
        this.names = names;
    }

    /** Refused where it names a service or a backend that there is not, or a backend of several services. */
    static FlowFilter of(FlowSelection selection, FlowNames names) throws Refusal {
        String service = selection.service();
        String backend = selection.backend();
        if (service == null && backend != null) {
            service = names.onlyServiceOf(backend);
        } else if (service != null && backend != null) {
            names.checkBackend(service, backend);
        } else if (service != null) {
            names.checkService(service);
        }
        return new FlowFilter(selection, service, names);
    }

    @Override
    public boolean test(DataPath.Flow flow) {
        return isOf(flow)
                && (selection.client() == null || selection.client().contains(flow.client()))
                && (selection.state() == null || selection.state().equals(flow.state()))
                && (selection.protocol() == null || selection.protocol() == flow.protocol())
                && isTuple(flow);
    }

    private boolean isOf(DataPath.Flow flow) {
        if (service == null) {
            return true;
        }
        FlowNames.Name name = names.nameOf(flow);
        return service.equals(name.service())
                && (selection.backend() == null || selection.backend().equals(name.backend()));
    }

    private boolean isTuple(DataPath.Flow flow) {
        FlowSelection.Tuple tuple = selection.tuple();
        return tuple == null
                || (tuple.protocol() == flow.protocol()
                        && tuple.client().equals(new Endpoint(flow.client(), flow.clientPort()))
                        && tuple.vip().equals(new Endpoint(flow.vip(), flow.vipPort())));
    }
}
