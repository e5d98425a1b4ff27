package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.BackendView;
import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.ServiceView;
import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.BackendPatch;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServicePatch;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Services and their backends: what can be read and changed. */
final class ServiceResources {
    private static final String SERVICES = ControlApi.ROOT + "/services";
    private static final String SERVICE = SERVICES + "/{service}";
    private static final String BACKENDS = SERVICE + "/backends";
    private static final String BACKEND = BACKENDS + "/{backend}";

    private final ServiceRegistry registry;
    private final DataPath dataPath;
    private final BackendRemoval removal;

    ServiceResources(ServiceRegistry registry, DataPath dataPath) {
        this.registry = registry;
        this.dataPath = dataPath;
        this.removal = new BackendRemoval(registry, dataPath);
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", SERVICES, call -> allServices()),
                Route.of("POST", SERVICES, this::addService),
                Route.of("GET", SERVICE, this::service),
                Route.of("PATCH", SERVICE, this::patchService),
                Route.of("DELETE", SERVICE, this::removeService),
                Route.of("GET", ControlApi.ROOT + "/backends", call -> allBackends()),
                Route.of("GET", BACKENDS, this::backends),
                Route.of("POST", BACKENDS, this::addBackend),
                Route.of("GET", BACKEND, this::backend),
                Route.of("PATCH", BACKEND, this::patchBackend),
                Route.of("DELETE", BACKEND, removal::answer, ControlApi.FORCE_PARAMETER, ControlApi.ADDRESS_PARAMETER));
    }

    private Answer allServices() {
        ServicesState state = registry.state();
        return Answer.ok(views(state.services())).at(state.revision().number());
    }

    private Answer service(Call call) throws Refusal {
        ServicesState state = registry.state();
        return Answer.ok(view(state.services(), call.segment("service")))
                .at(state.revision().number());
    }

    private Answer addService(Call call) throws Refusal {
        ServiceDraft draft = ServiceReader.service(call.body(), Source.request("new service"));
        ServiceRegistry.Change change =
                registry.change(ServiceEdits.addService(draft), Terms.of(call, "service add " + draft.name()));
        return Answer.created(view(change.after(), draft.name()), SERVICES + "/" + draft.name())
                .at(change.revision());
    }

    private Answer patchService(Call call) throws Refusal {
        String name = call.segment("service");
        ServicePatch patch = ServiceReader.servicePatch(call.body(), Source.request("service '" + name + "'"));
        ServiceRegistry.Change change =
                registry.change(ServiceEdits.patchService(name, patch), Terms.of(call, "service set " + name));
        return Answer.ok(view(change.after(), name)).at(change.revision());
    }

    private Answer removeService(Call call) throws Refusal {
        String name = call.segment("service");
        ServiceView gone = view(registry.services(), name);
        ServiceRegistry.Change change =
                registry.change(ServiceEdits.removeService(name), Terms.of(call, "service remove " + name));
        return Answer.ok(gone).at(change.revision());
    }

    private Answer addBackend(Call call) throws Refusal {
        String service = call.segment("service");
        BackendDraft draft =
                ServiceReader.backend(call.body(), Source.request("new backend of service '" + service + "'"));
        Terms terms = Terms.of(call, "backend add " + service + " " + draft.name());
        ServiceRegistry.Change change = registry.change(ServiceEdits.addBackend(service, draft), terms);
        return Answer.created(
                        backend(change.after(), service, draft.name()),
                        SERVICES + "/" + service + "/backends/" + draft.name())
                .at(change.revision());
    }

    private Answer patchBackend(Call call) throws Refusal {
        String service = call.segment("service");
        String name = call.segment("backend");
        BackendPatch patch = ServiceReader.backendPatch(
                call.body(), Source.request("backend '" + name + "' of service '" + service + "'"));
        Terms terms = Terms.of(call, "backend set " + service + " " + name);
        ServiceRegistry.Change change = registry.change(ServiceEdits.patchBackend(service, name, patch), terms);
        return Answer.ok(backend(change.after(), service, name)).at(change.revision());
    }

    private List<ServiceView> views(List<ServiceSpec> services) {
        return services.stream()
                .map(service -> Views.service(service, dataPath))
                .toList();
    }

    private ServiceView view(List<ServiceSpec> services, String name) throws Refusal {
        return Views.service(find(services, name), dataPath);
    }

    private Answer allBackends() {
        ServicesState state = registry.state();
        List<BackendView> all = new ArrayList<>();
        state.services().forEach(service -> all.addAll(backends(service, state)));
        Set<String> names = state.services().stream().map(ServiceSpec::name).collect(Collectors.toSet());
        all.addAll(former(state, one -> !names.contains(one.service())));
        return Answer.ok(all).at(state.revision().number());
    }

    private Answer backends(Call call) throws Refusal {
        ServicesState state = registry.state();
        return Answer.ok(backends(find(state.services(), call.segment("service")), state))
                .at(state.revision().number());
    }

    private Answer backend(Call call) throws Refusal {
        ServicesState state = registry.state();
        return Answer.ok(backend(state.services(), call.segment("service"), call.segment("backend")))
                .at(state.revision().number());
    }

    private List<BackendView> backends(ServiceSpec service, ServicesState state) {
        List<BackendView> all = new ArrayList<>(Views.backends(service, dataPath));
        all.addAll(former(state, one -> one.service().equals(service.name())));
        return all;
    }

    /** Those that flows name; the others are about to be forgotten. */
    private List<BackendView> former(ServicesState state, Predicate<FormerBackend> which) {
        return state.former().stream()
                .filter(which)
                .map(one -> Views.backend(one, dataPath))
                .filter(view -> view.activeFlows() > 0)
                .toList();
    }

    private BackendView backend(List<ServiceSpec> services, String service, String name) throws Refusal {
        ServiceSpec owner = find(services, service);
        for (BackendSpec backend : owner.backends()) {
            if (backend.name().equals(name)) {
                return Views.backend(owner, backend, dataPath);
            }
        }
        throw ServiceEdits.noBackend(service, name, owner.backends().stream().map(BackendSpec::name));
    }

    private static ServiceSpec find(List<ServiceSpec> services, String name) throws Refusal {
        for (ServiceSpec service : services) {
            if (service.name().equals(name)) {
                return service;
            }
        }
        throw ServiceEdits.noService(name, services.stream().map(ServiceSpec::name));
    }
}
