package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.AppliedView;
import dev.trigon.dataplane.api.ConfirmedView;
import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.PlanView;
import dev.trigon.dataplane.config.Durations;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All services at once: looked at, planned, applied, confirmed, taken back. */
final class ConfigurationResources {
    private static final String CONFIGURATION = ControlApi.ROOT + "/configuration";
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(24);

    private final ServiceRegistry registry;

    ConfigurationResources(ServiceRegistry registry) {
        this.registry = registry;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", CONFIGURATION, call -> configuration()),
                Route.of(
                        "PUT",
                        CONFIGURATION,
                        this::apply,
                        ControlApi.SOURCE_PARAMETER,
                        ControlApi.CONFIRM_WITHIN_PARAMETER),
                Route.of("POST", CONFIGURATION + "/plan", this::plan, ControlApi.SOURCE_PARAMETER),
                Route.of("POST", CONFIGURATION + "/confirm", this::confirm),
                Route.of("POST", CONFIGURATION + "/rollback", this::goBack, ControlApi.TO_PARAMETER));
    }

    private Answer configuration() {
        ServicesState state = registry.state();
        return Answer.ok(Views.configuration(state.services()))
                .at(state.revision().number());
    }

    private Answer plan(Call call) throws Refusal {
        String name = name(call);
        PlanView plan = registry.plan(edit(call, name), Terms.of(call, "plan " + name));
        return Answer.ok(plan).at(plan.revision());
    }

    private Answer apply(Call call) throws Refusal {
        String name = name(call);
        Duration within = within(call);
        String command = "apply " + name + (within == null ? "" : " --confirm-within " + Durations.format(within));
        Terms terms = Terms.of(call, command).confirmedWithin(within);
        return applied(registry.change(edit(call, name), terms));
    }

    private static ServiceRegistry.Edit edit(Call call, String name) throws Refusal {
        List<ServiceDraft> wanted = ServiceReader.services(call.body(), Source.file(name));
        return present -> wanted;
    }

    private static String name(Call call) {
        String given = call.query(ControlApi.SOURCE_PARAMETER);
        return given == null || !given.matches("\\P{Cntrl}{1,255}") ? "configuration" : given;
    }

    private static @Nullable Duration within(Call call) throws Refusal {
        String text = call.query(ControlApi.CONFIRM_WITHIN_PARAMETER);
        Duration within = text == null ? null : Durations.parse(text).orElse(Duration.ZERO);
        if (within != null && (within.compareTo(SHORTEST) < 0 || within.compareTo(LONGEST) > 0)) {
            throw new Refusal("the time to confirm", "it is '" + text + "'", "give one from 1s to 24h, such as 60s");
        }
        return within;
    }

    private Answer confirm(Call call) throws Refusal {
        long revision = registry.confirm(Terms.of(call, "confirm"));
        return Answer.ok(new ConfirmedView(revision)).at(revision);
    }

    private Answer goBack(Call call) throws Refusal {
        String text = call.query(ControlApi.TO_PARAMETER);
        if (text == null) {
            return applied(registry.goBack(null, Terms.of(call, "rollback")));
        }
        return applied(registry.goBack(HistoryResources.number(text), Terms.of(call, "rollback " + text)));
    }

    private Answer applied(ServiceRegistry.Change change) {
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
        return Answer.ok(new AppliedView(added, changed, removed, unchanged, change.revision(), registry.pending()))
                .at(change.revision());
    }
}
