package dev.trigon.dataplane.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.trigon.dataplane.api.PlanView;
import dev.trigon.dataplane.api.PlanView.BackendChange;
import dev.trigon.dataplane.api.PlanView.FieldChange;
import dev.trigon.dataplane.service.ServiceSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two lists of services, in the fields that a services file has, whichever those are: it compares the
 * JSON of both, so a field that is new there is compared too.
 */
final class Differences {
    private static final String NAME = "name";
    private static final String BACKENDS = "backends";

    private Differences() {}

    /** A service that is not the same in both. */
    record OfService(String name, String action, List<FieldChange> fields, List<BackendChange> backends) {}

    /** In the order of {@code after}, and then those that are gone. */
    static List<OfService> between(List<ServiceSpec> before, List<ServiceSpec> after) {
        Map<String, ServiceSpec> old = new LinkedHashMap<>();
        before.forEach(service -> old.put(service.name(), service));
        List<OfService> found = new ArrayList<>();
        for (ServiceSpec service : after) {
            ServiceSpec was = old.remove(service.name());
            if (!service.equals(was)) {
                found.add(ofService(service.name(), tree(was), tree(service)));
            }
        }
        old.forEach((name, gone) -> found.add(ofService(name, tree(gone), null)));
        return found;
    }

    private static @Nullable ObjectNode tree(@Nullable ServiceSpec service) {
        return service == null
                ? null
                : Json.tree(Views.configuration(List.of(service)).services().get(0));
    }

    private static String action(@Nullable ObjectNode before, @Nullable ObjectNode after) {
        return before == null ? PlanView.ADDED : after == null ? PlanView.REMOVED : PlanView.CHANGED;
    }

    private static OfService ofService(String name, @Nullable ObjectNode before, @Nullable ObjectNode after) {
        List<FieldChange> fields = fields(before, after);
        Map<String, ObjectNode> old = backends(before);
        Map<String, ObjectNode> young = backends(after);
        List<String> oldOrder = old.keySet().stream().filter(young::containsKey).toList();
        List<String> order = young.keySet().stream().filter(old::containsKey).toList();
        if (!oldOrder.equals(order)) {
            fields.add(new FieldChange(BACKENDS, oldOrder, order));
        }
        List<BackendChange> changes = new ArrayList<>();
        young.forEach((backend, now) -> {
            ObjectNode was = old.remove(backend);
            if (!now.equals(was)) {
                changes.add(new BackendChange(backend, action(was, now), fields(was, now)));
            }
        });
        old.forEach((backend, gone) -> changes.add(new BackendChange(backend, action(gone, null), fields(gone, null))));
        return new OfService(name, action(before, after), fields, changes);
    }

    private static Map<String, ObjectNode> backends(@Nullable ObjectNode service) {
        Map<String, ObjectNode> byName = new LinkedHashMap<>();
        if (service != null) {
            service.path(BACKENDS).forEach(one -> byName.put(one.path(NAME).asText(), (ObjectNode) one));
        }
        return byName;
    }

    private static List<FieldChange> fields(@Nullable ObjectNode before, @Nullable ObjectNode after) {
        List<FieldChange> changes = new ArrayList<>();
        compare("", before, after, changes);
        return changes;
    }

    private static void compare(
            String path, @Nullable JsonNode before, @Nullable JsonNode after, List<FieldChange> changes) {
        Set<String> keys = new LinkedHashSet<>();
        keys(after).forEachRemaining(keys::add);
        keys(before).forEachRemaining(keys::add);
        for (String key : keys) {
            boolean isCompared = !path.isEmpty() || !(key.equals(NAME) || key.equals(BACKENDS));
            JsonNode from = before == null ? null : before.get(key);
            JsonNode to = after == null ? null : after.get(key);
            if (!isCompared || (from != null && from.equals(to))) {
                continue;
            }
            if (isMapping(from) && isMapping(to)) {
                compare(path + key + ".", from, to, changes);
            } else {
                changes.add(new FieldChange(path + key, from, to));
            }
        }
    }

    private static Iterator<String> keys(@Nullable JsonNode node) {
        return node == null ? Collections.emptyIterator() : node.fieldNames();
    }

    private static boolean isMapping(@Nullable JsonNode node) {
        return node != null && node.isObject();
    }
}
