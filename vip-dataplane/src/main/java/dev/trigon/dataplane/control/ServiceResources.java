package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.AppliedView;
import dev.trigon.dataplane.api.BackendView;
import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.ServiceView;
import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServicePatch;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Services and their backends: what can be read and changed. */
final class ServiceResources {
    private static final String SERVICES = ControlApi.ROOT + "/services";
    private static final String SERVICE = SERVICES + "/{service}";
    private static final String BACKENDS = SERVICE + "/backends";
    private static final String BACKEND = BACKENDS + "/{backend}";
    private static final String CONFIGURATION = ControlApi.ROOT + "/configuration";

    private final ServiceRegistry registry;
    private final DataPath dataPath;

    ServiceResources(ServiceRegistry registry, DataPath dataPath) {
        this.registry = registry;
        this.dataPath = dataPath;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", SERVICES, call -> Answer.ok(views(registry.services()))),
                Route.of("POST", SERVICES, this::addService),
                Route.of("GET", SERVICE, call -> Answer.ok(view(registry.services(), call.segment("service")))),
                Route.of("PATCH", SERVICE, this::patchService),
                Route.of("DELETE", SERVICE, this::removeService),
                Route.of("GET", ControlApi.ROOT + "/backends", call -> Answer.ok(allBackends())),
                Route.of("GET", BACKENDS, call -> Answer.ok(backends(call))),
                Route.of("POST", BACKENDS, this::addBackend),
                Route.of("PATCH", BACKEND, this::setWeight),
                Route.of("DELETE", BACKEND, this::removeBackend),
                Route.of("GET", CONFIGURATION, call -> Answer.ok(Views.configuration(registry.services()))),
                Route.of("PUT", CONFIGURATION, this::apply));
    }

    private Answer addService(Call call) throws Refusal {
        ServiceDraft draft = ServiceReader.service(call.body(), Source.request("new service"));
        List<ServiceSpec> after =
                registry.change(ServiceEdits.addService(draft)).after();
        return Answer.created(view(after, draft.name()));
    }

    private Answer patchService(Call call) throws Refusal {
        String name = call.segment("service");
        ServicePatch patch = ServiceReader.servicePatch(call.body(), Source.request("service '" + name + "'"));
        return Answer.ok(
                view(registry.change(ServiceEdits.patchService(name, patch)).after(), name));
    }

    private Answer removeService(Call call) throws Refusal {
        String name = call.segment("service");
        ServiceView gone = view(registry.services(), name);
        registry.change(ServiceEdits.removeService(name));
        return Answer.ok(gone);
    }

    private Answer addBackend(Call call) throws Refusal {
        String service = call.segment("service");
        BackendDraft draft =
                ServiceReader.backend(call.body(), Source.request("new backend of service '" + service + "'"));
        ServiceRegistry.Change change = registry.change(ServiceEdits.addBackend(service, draft));
        return Answer.created(backend(change.after(), service, draft.name()));
    }

    private Answer setWeight(Call call) throws Refusal {
        String service = call.segment("service");
        String name = call.segment("backend");
        int weight = ServiceReader.weight(
                call.body(), Source.request("backend '" + name + "' of service '" + service + "'"));
        ServiceRegistry.Change change = registry.change(ServiceEdits.setWeight(service, name, weight));
        return Answer.ok(backend(change.after(), service, name));
    }

    private Answer removeBackend(Call call) throws Refusal {
        String service = call.segment("service");
        String name = call.segment("backend");
        BackendView gone = backend(registry.services(), service, name);
        registry.change(ServiceEdits.removeBackend(service, name));
        return Answer.ok(gone);
    }

    private Answer apply(Call call) throws Refusal {
        String given = call.query(ControlApi.SOURCE_PARAMETER);
        String name = given == null || !given.matches("\\P{Cntrl}{1,255}") ? "configuration" : given;
        List<ServiceDraft> wanted = ServiceReader.services(call.body(), Source.file(name));
        return Answer.ok(compared(registry.change(present -> wanted)));
    }

    private static AppliedView compared(ServiceRegistry.Change change) {
        Map<String, ServiceSpec> before = new HashMap<>();
        change.before().forEach(service -> before.put(service.name(), service));
        List<String> added = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        List<String> unchanged = new ArrayList<>();
        for (ServiceSpec service : change.after()) {
            ServiceSpec was = before.remove(service.name());
            (was == null ? added : was.equals(service) ? unchanged : changed).add(service.name());
        }
        List<String> removed = change.before().stream()
                .map(ServiceSpec::name)
                .filter(before::containsKey)
                .toList();
        return new AppliedView(added, changed, removed, unchanged);
    }

    private List<ServiceView> views(List<ServiceSpec> services) {
        return services.stream()
                .map(service -> Views.service(service, dataPath))
                .toList();
    }

    private ServiceView view(List<ServiceSpec> services, String name) throws Refusal {
        return Views.service(find(services, name), dataPath);
    }

    private List<BackendView> allBackends() {
        return registry.services().stream()
                .flatMap(service -> Views.backends(service, dataPath).stream())
                .toList();
    }

    private List<BackendView> backends(Call call) throws Refusal {
        return Views.backends(find(registry.services(), call.segment("service")), dataPath);
    }

    private BackendView backend(List<ServiceSpec> services, String service, String name) throws Refusal {
        ServiceSpec owner = find(services, service);
        for (BackendSpec backend : owner.backends()) {
            if (backend.name().equals(name)) {
                return Views.backend(owner, backend, dataPath);
            }
        }
        throw ServiceEdits.noBackend(service, name);
    }

    private static ServiceSpec find(List<ServiceSpec> services, String name) throws Refusal {
        for (ServiceSpec service : services) {
            if (service.name().equals(name)) {
                return service;
            }
        }
        throw ServiceEdits.noService(name);
    }
}
