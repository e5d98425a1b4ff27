package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.PlanView;
import dev.trigon.dataplane.api.PlanView.ServiceChange;
import dev.trigon.dataplane.api.PlanView.Slots;
import dev.trigon.dataplane.service.HashSlots;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.TableSizes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A change looked at before it is made. */
final class Plan {
    private final ServicesState before;
    private final ServicesState after;
    private final TableSizes oldSizes;
    private final TableSizes youngSizes;
    private final FlowFates fates;

    private Plan(ServicesState before, ServicesState after) {
        this.before = before;
        this.after = after;
        this.oldSizes = TableSizes.of(before.services());
        this.youngSizes = TableSizes.of(after.services());
        this.fates = new FlowFates(before, after);
    }

    static PlanView of(ServicesState before, ServicesState after, DataPath dataPath) {
        Plan plan = new Plan(before, after);
        dataPath.forEachFlow(plan.fates);
        return plan.view();
    }

    private PlanView view() {
        Map<String, ServiceSpec> old = byName(before);
        Map<String, ServiceSpec> young = byName(after);
        List<ServiceChange> changes = Differences.between(before.services(), after.services()).stream()
                .map(one -> new ServiceChange(
                        one.name(),
                        one.action(),
                        one.fields(),
                        one.backends(),
                        slots(old.get(one.name()), young.get(one.name())),
                        fates.of(one.name())))
                .toList();
        Set<String> changed = changes.stream().map(ServiceChange::name).collect(Collectors.toSet());
        List<String> unchanged = after.services().stream()
                .map(ServiceSpec::name)
                .filter(name -> !changed.contains(name))
                .toList();
        return new PlanView(before.revision().number(), !after.equals(before), changes, unchanged, fates.total());
    }

    private static Map<String, ServiceSpec> byName(ServicesState state) {
        Map<String, ServiceSpec> services = new HashMap<>();
        state.services().forEach(service -> services.put(service.name(), service));
        return services;
    }

    private @Nullable Slots slots(@Nullable ServiceSpec was, @Nullable ServiceSpec is) {
        if (was == null || is == null) {
            return null;
        }
        HashSlots slots = HashSlots.between(was, oldSizes.slots(was), is, youngSizes.slots(is));
        return slots == null ? null : new Slots(slots.moved(), slots.of());
    }
}
