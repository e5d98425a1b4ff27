package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Configured;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * All that is configured, and what has been given out: backend ids and DSCP codes.
 *
 * @param nextBackendId above every id ever given; an id is never given to another server, since a remembered flow may name
 *     it still
 * @param former backends that are configured no more, and that flows may name
 */
record ServicesState(int nextBackendId, List<ServiceSpec> services, List<FormerBackend> former, Revision revision) {
    static final ServicesState EMPTY = new ServicesState(1, List.of(), List.of(), Revision.NONE);

    ServicesState {
        services = List.copyOf(services);
        former = List.copyOf(former);
    }

    /** The same, where no id up to this one is given any more. */
    ServicesState givingIdsAbove(int highest) {
        int next = highest == Integer.MAX_VALUE ? highest : highest + 1;
        return next <= nextBackendId ? this : new ServicesState(next, services, former, revision);
    }

    Configured configured() {
        return new Configured(services, former);
    }

    /** What would be in force with these services instead, checked as a whole. */
    ServicesState with(List<ServiceDraft> wanted) throws Refusal {
        return with(wanted, former -> false);
    }

    /** @param forcedOut of what is configured no more, that which keeps its flows no longer */
    ServicesState with(List<ServiceDraft> wanted, Predicate<FormerBackend> forcedOut) throws Refusal {
        BackendIds ids = BackendIds.of(this, wanted);
        List<ServiceSpec> numbered = specs(wanted, ids::idOf, codes());
        Set<InetAddress> vips = wanted.stream().map(ServiceDraft::vip).collect(Collectors.toSet());
        // packets for a server whose address is a VIP now would go round, as a configured one's would
        return new ServicesState(
                ids.next(), numbered, ids.former(forcedOut.or(former -> vips.contains(former.address()))), revision);
    }

    /** Without those that no flow names any more. */
    ServicesState forgetting(Predicate<FormerBackend> unused) {
        return new ServicesState(
                nextBackendId, services, former.stream().filter(unused.negate()).toList(), revision);
    }

    ServicesState at(Revision other) {
        return new ServicesState(nextBackendId, services, former, other);
    }

    private Map<InetAddress, Integer> codes() {
        Map<InetAddress, Integer> codes = new HashMap<>();
        for (ServiceSpec service : services) {
            if (service.forward() == ForwardMode.L3DSR) {
                codes.put(service.vip(), service.dscp());
            }
        }
        return codes;
    }

    /** Who has which id. */
    interface Numbering {
        int idOf(ServiceDraft service, BackendDraft backend) throws Refusal;
    }

    static List<ServiceSpec> specs(
            List<ServiceDraft> wanted, Numbering numbering, Map<InetAddress, Integer> presentCodes) throws Refusal {
        ServiceRules.check(wanted);
        Map<InetAddress, Integer> codes = DscpCodes.assign(wanted, presentCodes);
        List<ServiceSpec> specs = new ArrayList<>();
        for (ServiceDraft draft : wanted) {
            List<BackendSpec> backends = new ArrayList<>();
            for (BackendDraft backend : draft.backends()) {
                backends.add(new BackendSpec(
                        numbering.idOf(draft, backend),
                        backend.name(),
                        backend.address(),
                        backend.weight(),
                        backend.state(),
                        backend.backup()));
            }
            int dscp = draft.forward() == ForwardMode.L3DSR ? codes.getOrDefault(draft.vip(), 0) : 0;
            specs.add(new ServiceSpec(
                    draft.name(),
                    draft.vip(),
                    draft.protocol(),
                    draft.ports(),
                    draft.forward(),
                    dscp,
                    draft.scheduler(),
                    draft.flows(),
                    draft.availability(),
                    draft.health(),
                    backends));
        }
        return specs;
    }
}
