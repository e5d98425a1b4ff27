package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.BackendView;
import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes a backend away, and by force its flows too: the one that is configured, or one of its name that is configured no more
 * and drains. Where a name is that of several servers, an address says which.
 */
final class BackendRemoval {
    private final ServiceRegistry registry;
    private final DataPath dataPath;

    BackendRemoval(ServiceRegistry registry, DataPath dataPath) {
        this.registry = registry;
        this.dataPath = dataPath;
    }

    /** What was asked for. */
    private record Wanted(
            String service, String name, @Nullable InetAddress address, boolean force) {
        static Wanted of(Call call) throws Refusal {
            return new Wanted(
                    call.segment("service"),
                    call.segment("backend"),
                    address(call),
                    call.flag(ControlApi.FORCE_PARAMETER));
        }

        private static @Nullable InetAddress address(Call call) throws Refusal {
            String text = call.query(ControlApi.ADDRESS_PARAMETER);
            if (text == null) {
                return null;
            }
            return Addresses.parse(text)
                    .orElseThrow(() -> new Refusal(
                            Refusal.Kind.MALFORMED,
                            "the request",
                            "'" + ControlApi.ADDRESS_PARAMETER + "' is '" + text + "'",
                            "give an address, such as 10.2.0.11"));
        }

        boolean isAbout(BackendView view) {
            return view.name().equals(name)
                    && view.service().equals(service)
                    && (address == null || view.address().equals(Addresses.format(address)));
        }

        String command() {
            return "backend remove " + service + " " + name + (force ? " --force" : "");
        }

        String what() {
            return "backend '" + name + "' of service '" + service + "'";
        }
    }

    Answer answer(Call call) throws Refusal {
        Wanted wanted = Wanted.of(call);
        ServicesState state = registry.state();
        List<BackendView> configured = configured(state, wanted);
        List<BackendView> former = state.former().stream()
                .map(one -> Views.backend(one, dataPath))
                .filter(wanted::isAbout)
                .toList();
        Terms terms = Terms.of(call, wanted.command());
        if (!wanted.force()) {
            return remove(wanted, configured, former, terms);
        }
        BackendView one = only(wanted, configured, former);
        boolean isConfigured = configured.contains(one);
        ServiceRegistry.Change change =
                registry.change(isConfigured ? removal(one) : present -> present, sameServer(one), terms);
        return Answer.ok(one).at(change.revision());
    }

    private List<BackendView> configured(ServicesState state, Wanted wanted) {
        for (ServiceSpec service : state.services()) {
            if (service.name().equals(wanted.service())) {
                return Views.backends(service, dataPath).stream()
                        .filter(wanted::isAbout)
                        .toList();
            }
        }
        return List.of();
    }

    private Answer remove(Wanted wanted, List<BackendView> configured, List<BackendView> former, Terms terms)
            throws Refusal {
        if (!configured.isEmpty()) {
            BackendView one = configured.get(0);
            return Answer.ok(one).at(registry.change(removal(one), terms).revision());
        }
        if (former.stream().anyMatch(BackendRemoval::drains)) {
            throw ServiceRules.conflict(wanted.what(), "it is removed already and drains", "--force ends its flows");
        }
        throw none(wanted);
    }

    /** The one server that is meant. One that has no flows left is not asked about where there is another. */
    private BackendView only(Wanted wanted, List<BackendView> configured, List<BackendView> former) throws Refusal {
        List<BackendView> meant = new ArrayList<>(configured);
        former.stream().filter(one -> drains(one) && one.activeFlows() > 0).forEach(meant::add);
        if (meant.isEmpty()) {
            meant.addAll(former);
        }
        if (meant.isEmpty()) {
            throw none(wanted);
        }
        // two of one address too: one is another VIP's, and drains there
        if (meant.size() > 1) {
            throw ServiceRules.conflict(
                    wanted.what(),
                    "there is more than one of that name: "
                            + meant.stream().map(BackendRemoval::words).collect(Collectors.joining(", ")),
                    meant.stream().map(BackendView::address).distinct().count() > 1
                            ? "say which with --address, such as --address "
                                    + meant.get(0).address()
                            : "wait until the one has drained, or end its flows with `vipctl flows flush` first");
        }
        return meant.get(0);
    }

    private Refusal none(Wanted wanted) {
        Set<String> services = Stream.concat(
                        registry.services().stream().map(ServiceSpec::name),
                        registry.state().former().stream().map(FormerBackend::service))
                .collect(Collectors.toSet());
        if (!services.contains(wanted.service())) {
            return ServiceEdits.noService(wanted.service(), services.stream());
        }
        InetAddress address = wanted.address();
        return address == null
                ? ServiceEdits.noBackend(wanted.service(), wanted.name(), names(wanted.service()))
                : ServiceEdits.noBackend(wanted.service(), wanted.name(), Addresses.format(address));
    }

    private Stream<String> names(String service) {
        return registry.services().stream()
                .filter(one -> one.name().equals(service))
                .flatMap(one -> one.backends().stream())
                .map(BackendSpec::name);
    }

    private static ServiceRegistry.Edit removal(BackendView one) {
        return ServiceEdits.removeBackend(one.service(), one.name(), one.address());
    }

    private static Predicate<FormerBackend> sameServer(BackendView one) {
        return former -> former.service().equals(one.service())
                && former.name().equals(one.name())
                && Addresses.format(former.address()).equals(one.address());
    }

    private static boolean drains(BackendView former) {
        return former.state().equals("draining");
    }

    private static String words(BackendView one) {
        return one.address() + (one.former() == null ? " is configured" : " is removed and drains");
    }
}
