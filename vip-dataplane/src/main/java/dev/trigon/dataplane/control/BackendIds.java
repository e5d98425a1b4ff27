package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which id each backend of a new list has, each id given once at most. In this order:
 *
 * <ol>
 *   <li>that of the backend with its address in the service of its name, VIP and protocol, whatever the two were called and
 *       had besides;
 *   <li>that of the backend with its address in a service that this one was renamed from: which is gone, and whose VIP,
 *       protocol and one port at least this one has;
 *   <li>that of a former backend with its address in such a service, of the same VIP and protocol;
 *   <li>a new one.
 * </ol>
 *
 * What of the present list is then without a heir becomes former. A service that moves to another VIP or protocol is another
 * one: the flows that it had are the old VIP's, and go on where another service has that.
 */
final class BackendIds {
    private final ServicesState before;
    private final Map<Server, Integer> present = new HashMap<>();
    private final Map<InetAddress, List<FormerBackend>> formerAt;
    /** By the new one, the services that are gone and that it takes over. */
    private final Map<Identity, List<Identity>> predecessors = new HashMap<>();
    /** By the old one, the first service that takes it over. */
    private final Map<Identity, Identity> successor = new HashMap<>();

    private final Set<Integer> given = new HashSet<>();
    private int next;

    /** What makes a service the same one, whatever else changes. */
    private record Identity(String name, InetAddress vip, Protocol protocol) {
        static Identity of(ServiceSpec service) {
            return new Identity(service.name(), service.vip(), service.protocol());
        }

        static Identity of(ServiceDraft service) {
            return new Identity(service.name(), service.vip(), service.protocol());
        }

        static Identity of(FormerBackend former) {
            return new Identity(former.service(), former.vip(), former.protocol());
        }
    }

    private record Server(Identity service, InetAddress address) {}

    private BackendIds(ServicesState before) {
        this.before = before;
        this.next = before.nextBackendId();
        this.formerAt = before.former().stream().collect(Collectors.groupingBy(FormerBackend::address));
        for (ServiceSpec service : before.services()) {
            for (BackendSpec backend : service.backends()) {
                present.put(new Server(Identity.of(service), backend.address()), backend.id());
            }
        }
    }

    static BackendIds of(ServicesState before, List<ServiceDraft> wanted) {
        BackendIds ids = new BackendIds(before);
        Set<Identity> stay = wanted.stream().map(Identity::of).collect(Collectors.toSet());
        List<ServiceSpec> gone = before.services().stream()
                .filter(service -> !stay.contains(Identity.of(service)))
                .toList();
        Set<Identity> known = before.services().stream().map(Identity::of).collect(Collectors.toSet());
        for (ServiceDraft draft : wanted) {
            if (!known.contains(Identity.of(draft))) {
                gone.stream()
                        .filter(service -> servesSome(service, draft))
                        .forEach(service -> ids.takeOver(Identity.of(draft), Identity.of(service)));
            }
        }
        return ids;
    }

    private static boolean servesSome(ServiceSpec service, ServiceDraft draft) {
        return service.vip().equals(draft.vip())
                && service.protocol() == draft.protocol()
                && service.ports().stream().anyMatch(range -> overlaps(range, draft.ports()));
    }

    private static boolean overlaps(PortRange range, List<PortRange> others) {
        return others.stream().anyMatch(range::overlaps);
    }

    private void takeOver(Identity taker, Identity service) {
        predecessors.computeIfAbsent(taker, any -> new ArrayList<>()).add(service);
        successor.putIfAbsent(service, taker);
    }

    int idOf(ServiceDraft service, BackendDraft backend) throws Refusal {
        Integer id = present.get(new Server(Identity.of(service), backend.address()));
        for (Identity older : predecessors.getOrDefault(Identity.of(service), List.of())) {
            id = id == null ? notGiven(present.get(new Server(older, backend.address()))) : id;
        }
        if (id == null) {
            id = formerId(service, backend);
        }
        if (id == null) {
            checkRoom(service);
            id = next++;
        }
        given.add(id);
        return id;
    }

    private @Nullable Integer notGiven(@Nullable Integer id) {
        return id == null || given.contains(id) ? null : id;
    }

    private @Nullable Integer formerId(ServiceDraft service, BackendDraft backend) {
        Identity own = Identity.of(service);
        List<Identity> older = predecessors.getOrDefault(own, List.of());
        for (FormerBackend former : formerAt.getOrDefault(backend.address(), List.of())) {
            Identity theirs = Identity.of(former);
            boolean same = theirs.equals(own) || older.contains(theirs);
            if (same && !given.contains(former.id())) {
                return former.id();
            }
        }
        return null;
    }

    private void checkRoom(ServiceDraft service) throws Refusal {
        if (next == Integer.MAX_VALUE) {
            throw new Refusal(
                    ServiceRules.named(service),
                    "this gateway has given out all of its 2147483647 backend numbers",
                    "stop vipd, move its state directory aside and apply the services anew");
        }
    }

    int next() {
        return next;
    }

    /**
     * What is without a heir, once every backend has its id. Those of a service that was renamed are the new one's.
     *
     * @param forcedOut whose flows go on no longer
     */
    List<FormerBackend> former(Predicate<FormerBackend> forcedOut) {
        Map<Integer, FormerBackend> former = new LinkedHashMap<>();
        before.former().forEach(one -> former.put(one.id(), one));
        for (ServiceSpec service : before.services()) {
            for (BackendSpec backend : service.backends()) {
                former.put(backend.id(), former(service, backend));
            }
        }
        former.keySet().removeAll(given);
        return former.values().stream()
                .map(one -> as(one, one.drains() && !forcedOut.test(one)))
                .toList();
    }

    /** One that was disabled has no flows that go on. */
    private static FormerBackend former(ServiceSpec service, BackendSpec backend) {
        return new FormerBackend(
                backend.id(),
                service.name(),
                backend.name(),
                backend.address(),
                service.vip(),
                service.protocol(),
                backend.state() != BackendState.DISABLED);
    }

    private FormerBackend as(FormerBackend one, boolean drains) {
        Identity heir = successor.get(Identity.of(one));
        String service = heir == null ? one.service() : heir.name();
        return new FormerBackend(one.id(), service, one.name(), one.address(), one.vip(), one.protocol(), drains);
    }
}
