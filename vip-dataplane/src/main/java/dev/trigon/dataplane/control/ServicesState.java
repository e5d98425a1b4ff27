package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All that is configured, and what has been given out: backend ids and DSCP codes.
 *
 * @param nextBackendId above every id ever given; an id is never given twice, since a remembered flow may name it still
 */
record ServicesState(int nextBackendId, List<ServiceSpec> services) {
    static final ServicesState EMPTY = new ServicesState(1, List.of());

    ServicesState {
        services = List.copyOf(services);
    }

    Configured configured() {
        return new Configured(services, List.of());
    }

    /** The same server of the same service: through reordering, a new weight, another port. */
    record BackendIdentity(String service, String backend, InetAddress address) {}

    /** What would be in force with these services instead, checked as a whole. */
    ServicesState with(List<ServiceDraft> wanted) throws Refusal {
        Map<BackendIdentity, Integer> ids = new HashMap<>();
        Map<InetAddress, Integer> codes = new HashMap<>();
        for (ServiceSpec service : services) {
            if (service.forward() == ForwardMode.L3DSR) {
                codes.put(service.vip(), service.dscp());
            }
            for (BackendSpec backend : service.backends()) {
                ids.put(new BackendIdentity(service.name(), backend.name(), backend.address()), backend.id());
            }
        }
        return number(wanted, ids, codes, nextBackendId);
    }

    /** @param ids of backends that have theirs already */
    static ServicesState number(
            List<ServiceDraft> wanted,
            Map<BackendIdentity, Integer> ids,
            Map<InetAddress, Integer> presentCodes,
            int firstNewId)
            throws Refusal {
        ServiceRules.check(wanted);
        Map<InetAddress, Integer> codes = DscpCodes.assign(wanted, presentCodes);
        int nextId = firstNewId;
        List<ServiceSpec> numbered = new ArrayList<>();
        for (ServiceDraft draft : wanted) {
            List<BackendSpec> backends = new ArrayList<>();
            for (BackendDraft backend : draft.backends()) {
                Integer id = ids.get(new BackendIdentity(draft.name(), backend.name(), backend.address()));
                if (id == null) {
                    id = nextId++;
                    checkRoom(draft, nextId);
                }
                backends.add(new BackendSpec(id, backend.name(), backend.address(), backend.weight(), BackendState.UP));
            }
            int dscp = draft.forward() == ForwardMode.L3DSR ? codes.getOrDefault(draft.vip(), 0) : 0;
            numbered.add(new ServiceSpec(
                    draft.name(),
                    draft.vip(),
                    draft.protocol(),
                    draft.ports(),
                    draft.forward(),
                    dscp,
                    draft.scheduler(),
                    FlowPolicy.DEFAULT,
                    backends));
        }
        return new ServicesState(nextId, numbered);
    }

    private static void checkRoom(ServiceDraft service, int nextId) throws Refusal {
        if (nextId < 0) {
            throw new Refusal(
                    ServiceRules.named(service),
                    "this gateway has given out all of its 2147483647 backend numbers",
                    "stop vipd, move its state directory aside and apply the services anew");
        }
    }
}
