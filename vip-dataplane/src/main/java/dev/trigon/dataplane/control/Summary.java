package dev.trigon.dataplane.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.dataplane.api.PlanView;
import dev.trigon.dataplane.api.PlanView.BackendChange;
import dev.trigon.dataplane.api.PlanView.FieldChange;
import dev.trigon.dataplane.service.ServiceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A change in one line, for the history: {@code web: backend b3 added}. */
final class Summary {
    /** More would be no summary; the entry has all of it. */
    private static final int MOST_PARTS = 6;

    private static final int MOST_NAMES = 4;
    private static final int MOST_CHARACTERS = 60;

    private Summary() {}

    static String of(List<ServiceSpec> before, List<ServiceSpec> after) {
        List<String> parts = new ArrayList<>();
        for (Differences.OfService service : Differences.between(before, after)) {
            if (service.action().equals(PlanView.CHANGED)) {
                parts.addAll(parts(service));
            } else {
                parts.add(service.name() + " " + service.action());
            }
        }
        if (parts.isEmpty()) {
            return before.equals(after) ? "flows of a removed backend ended" : "order of services changed";
        }
        int more = parts.size() - MOST_PARTS;
        return String.join("; ", parts.subList(0, Math.min(parts.size(), MOST_PARTS)))
                + (more > 0 ? "; and " + more + " more" : "");
    }

    private static List<String> parts(Differences.OfService service) {
        List<String> parts = new ArrayList<>();
        if (!service.fields().isEmpty()) {
            parts.add(service.name() + ": " + fields(service.fields()));
        }
        for (String action : List.of(PlanView.ADDED, PlanView.CHANGED, PlanView.REMOVED)) {
            List<BackendChange> backends = service.backends().stream()
                    .filter(backend -> backend.action().equals(action))
                    .toList();
            if (!backends.isEmpty()) {
                parts.add(service.name() + ": " + words(backends, action));
            }
        }
        return parts;
    }

    private static String words(List<BackendChange> backends, String action) {
        if (backends.size() > MOST_NAMES) {
            return backends.size() + " backends " + action;
        }
        if (action.equals(PlanView.CHANGED)) {
            return backends.stream()
                    .map(backend -> "backend " + backend.name() + " " + fields(backend.fields()))
                    .collect(Collectors.joining("; "));
        }
        String names = backends.stream().map(BackendChange::name).collect(Collectors.joining(", "));
        return (backends.size() == 1 ? "backend " : "backends ") + names + " " + action;
    }

    private static String fields(List<FieldChange> fields) {
        return fields.stream()
                .map(one -> one.field() + " " + words(one.from()) + " → " + words(one.to()))
                .collect(Collectors.joining(", "));
    }

    /** As it stands in a services file, or its beginning. */
    private static String words(@Nullable Object value) {
        if (value == null) {
            return "default";
        }
        String text = value instanceof JsonNode node && node.isTextual() ? node.asText() : value.toString();
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
    }
}
