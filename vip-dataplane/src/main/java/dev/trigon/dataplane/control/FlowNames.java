package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whose a flow is, in the names of the services and backends of one moment, former ones among them. */
final class FlowNames {
    private final Map<Integer, Owner> byId = new HashMap<>();
    private final Map<Server, String> configured = new HashMap<>();
    private final Set<String> services = new HashSet<>();
    /** By a backend's name, the services that have or had one of it. */
    private final Map<String, Set<String>> servicesOf = new TreeMap<>();

    private record Server(String service, InetAddress address) {}

    /** A backend, configured or former. */
    record Owner(String service, String backend, InetAddress address) {}

    /** As a flow is shown; null: nobody knows. */
    record Name(@Nullable String service, @Nullable String backend) {}

    private FlowNames() {}

    static FlowNames of(ServicesState state) {
        FlowNames names = new FlowNames();
        for (ServiceSpec service : state.services()) {
            names.services.add(service.name());
            for (BackendSpec backend : service.backends()) {
                names.add(backend.id(), new Owner(service.name(), backend.name(), backend.address()));
                names.configured.put(new Server(service.name(), backend.address()), backend.name());
            }
        }
        for (FormerBackend former : state.former()) {
            names.services.add(former.service());
            names.add(former.id(), new Owner(former.service(), former.name(), former.address()));
        }
        return names;
    }

    private void add(int id, Owner owner) {
        byId.put(id, owner);
        servicesOf.computeIfAbsent(owner.backend(), name -> new TreeSet<>()).add(owner.service());
    }

    @Nullable
    Owner owner(int backendId) {
        return byId.get(backendId);
    }

    /** The service that has its VIP and port now, else the one its backend was of; there, the backend at its address. */
    Name nameOf(DataPath.Flow flow) {
        Owner owner = byId.get(flow.backendId());
        String service = flow.service();
        if (owner == null) {
            return new Name(service, null);
        }
        if (service == null) {
            return new Name(owner.service(), owner.backend());
        }
        return new Name(service, configured.getOrDefault(new Server(service, owner.address()), owner.backend()));
    }

    void checkService(String service) throws Refusal {
        if (!services.contains(service)) {
            throw ServiceEdits.noService(service, services.stream());
        }
    }

    private Stream<String> backendsOf(String service) {
        return servicesOf.entrySet().stream()
                .filter(backend -> backend.getValue().contains(service))
                .map(Map.Entry::getKey);
    }

    void checkBackend(String service, String backend) throws Refusal {
        checkService(service);
        if (!servicesOf.getOrDefault(backend, Set.of()).contains(service)) {
            throw ServiceEdits.noBackend(service, backend, backendsOf(service));
        }
    }

    /** The one service that has a backend of that name. */
    String onlyServiceOf(String backend) throws Refusal {
        Set<String> having = servicesOf.getOrDefault(backend, Set.of());
        if (having.isEmpty()) {
            throw new Refusal(
                    Refusal.Kind.NOT_FOUND,
                    "backend '" + backend + "'",
                    "no service has one of that name",
                    "see `vipctl backend list` for those there are");
        }
        if (having.size() > 1) {
            throw new Refusal(
                    "backend '" + backend + "'",
                    having.size() + " services have one of that name: " + String.join(", ", having),
                    "say which with --service");
        }
        return having.iterator().next();
    }
}
