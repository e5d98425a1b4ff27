package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.control.EventLog.Kind;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.ServiceSpec;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells the event log what has changed, by looking now and then at what there is. So nothing that changes needs to tell, and
 * what comes and goes between two looks is no event. A look at which all is as it was allocates next to nothing, however many
 * backends there are: the garbage of it would be collected while packets wait.
 */
final class EventWatch {
    /** A backend, and how it was seen last. */
    private static final class Watched {
        final String service;
        final BackendSpec spec;

        @Nullable
        String whyDown;

        boolean drained;

        Watched(String service, BackendSpec spec) {
            this.service = service;
            this.spec = spec;
        }

        String key() {
            return service + "/" + spec.name();
        }

        String about() {
            return "backend " + spec.name() + " of service " + service;
        }
    }

    private final ServiceRegistry registry;
    private final DataPath dataPath;
    private final EventLog log;
    private List<ServiceSpec> services;
    private Map<String, Watched> backends;
    private Map<String, DataPath.ArmStatus> arms;
    private @Nullable String stateFault;

    /** What there is now is nothing new. */
    EventWatch(ServiceRegistry registry, DataPath dataPath, EventLog log) {
        this.registry = registry;
        this.dataPath = dataPath;
        this.log = log;
        this.services = registry.services();
        this.backends = backendsOf(services);
        this.arms = armsNow();
        this.stateFault = dataPath.running().stateFault();
        for (Watched backend : backends.values()) {
            backend.whyDown = dataPath.whyDown(backend.spec.id());
            backend.drained = isDrained(backend.spec);
        }
    }

    void look() {
        List<ServiceSpec> present = registry.services();
        if (present != services) {
            ConfigurationNews news = new ConfigurationNews();
            findServices(present, news);
            findBackends(backendsOf(present), news);
            services = present;
            news.tell(log);
        }
        backends.values().forEach(this::tellCondition);
        tellArms();
        tellState();
    }

    private static Map<String, Watched> backendsOf(List<ServiceSpec> of) {
        Map<String, Watched> watched = new LinkedHashMap<>();
        for (ServiceSpec service : of) {
            for (BackendSpec backend : service.backends()) {
                Watched one = new Watched(service.name(), backend);
                watched.put(one.key(), one);
            }
        }
        return watched;
    }

    private void findBackends(Map<String, Watched> present, ConfigurationNews news) {
        for (Watched now : present.values()) {
            Watched was = backends.remove(now.key());
            if (was == null) {
                news.add("backends added:", Kind.CONFIG, now.about(), "added: " + Addresses.format(now.spec.address()));
            } else {
                findChange(now.about(), was.spec, now.spec, news);
                now.whyDown = was.whyDown;
                now.drained = was.drained;
            }
        }
        backends.values().forEach(gone -> news.add("backends removed:", Kind.CONFIG, gone.about(), "removed"));
        backends = present;
    }

    private void tellCondition(Watched backend) {
        String whyDown = dataPath.whyDown(backend.spec.id());
        if (whyDown != null && backend.whyDown == null) {
            log.add(Kind.HEALTH, backend.about(), "down: " + whyDown);
        } else if (whyDown == null && backend.whyDown != null) {
            log.add(Kind.HEALTH, backend.about(), "up");
        }
        backend.whyDown = whyDown;
        boolean drained = isDrained(backend.spec);
        if (drained && !backend.drained) {
            log.add(Kind.DRAIN, backend.about(), "has no flows left");
        }
        backend.drained = drained;
    }

    private boolean isDrained(BackendSpec backend) {
        return backend.state() == BackendState.DRAINING
                && dataPath.load(backend.id()).activeFlows() == 0;
    }

    private void findServices(List<ServiceSpec> present, ConfigurationNews news) {
        Map<String, ServiceSpec> before = new HashMap<>();
        services.forEach(service -> before.put(service.name(), service));
        for (ServiceSpec now : present) {
            ServiceSpec was = before.remove(now.name());
            if (was == null) {
                news.add("services added:", Kind.CONFIG, "service " + now.name(), "added");
            } else if (!settings(was).equals(settings(now))) {
                news.add("services changed:", Kind.CONFIG, "service " + now.name(), "changed");
            }
        }
        before.keySet().forEach(name -> news.add("services removed:", Kind.CONFIG, "service " + name, "removed"));
    }

    /** All but its backends. */
    private static ServiceSpec settings(ServiceSpec service) {
        return service.withBackends(List.of());
    }

    private static void findChange(String about, BackendSpec was, BackendSpec now, ConfigurationNews news) {
        String sort = "changes of backends:";
        if (!was.address().equals(now.address())) {
            String addresses = Addresses.format(now.address()) + ", it was " + Addresses.format(was.address());
            news.add(sort, Kind.CONFIG, about, "address " + addresses);
        }
        if (was.weight() != now.weight()) {
            news.add(sort, Kind.CONFIG, about, "weight " + now.weight() + ", it was " + was.weight());
        }
        if (was.backup() != now.backup()) {
            news.add(sort, Kind.CONFIG, about, now.backup() ? "backup" : "no backup any more");
        }
        if (was.state() != now.state()) {
            Kind kind = now.state() == BackendState.DRAINING ? Kind.DRAIN : Kind.CONFIG;
            news.add(
                    sort,
                    kind,
                    about,
                    now.state().label() + ", it was " + was.state().label());
        }
    }

    private Map<String, DataPath.ArmStatus> armsNow() {
        Map<String, DataPath.ArmStatus> present = new LinkedHashMap<>();
        dataPath.running().arms().forEach(arm -> present.put(arm.interfaceName(), arm));
        return present;
    }

    private void tellArms() {
        Map<String, DataPath.ArmStatus> present = armsNow();
        present.forEach((name, now) -> tellArm(name, arms.get(name), now));
        arms = present;
    }

    private void tellArm(String name, DataPath.@Nullable ArmStatus was, DataPath.ArmStatus now) {
        String about = "interface " + name;
        if (was == null || !Objects.equals(was.whyLost(), now.whyLost())) {
            log.add(Kind.ENGINE, about, now.whyLost() == null ? "up by " + now.engine() : "lost: " + now.whyLost());
        } else if (!was.engine().equals(now.engine())) {
            log.add(Kind.ENGINE, about, "by " + now.engine() + ", it was " + was.engine());
        }
    }

    private void tellState() {
        String present = dataPath.running().stateFault();
        if (!Objects.equals(present, stateFault)) {
            log.add(Kind.STATE, "the state directory", present == null ? "is well again" : present);
        }
        stateFault = present;
    }
}
