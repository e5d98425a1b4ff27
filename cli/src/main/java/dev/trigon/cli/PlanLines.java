package dev.trigon.cli;

import dev.trigon.dataplane.api.PlanView;
import dev.trigon.dataplane.api.PlanView.BackendChange;
import dev.trigon.dataplane.api.PlanView.FieldChange;
import dev.trigon.dataplane.api.PlanView.Flows;
import dev.trigon.dataplane.api.PlanView.ServiceChange;
import dev.trigon.dataplane.api.PlanView.Slots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A plan in lines: {@code +} what comes, {@code ~} what changes, {@code -} what goes. */
final class PlanLines {
    private static final String INDENT = "    ";

    private final List<String> lines = new ArrayList<>();

    private PlanLines() {}

    static List<String> of(String file, PlanView plan) {
        PlanLines lines = new PlanLines();
        if (!plan.changes()) {
            lines.add(file + " changes nothing: revision " + plan.revision() + " has "
                    + Human.count(plan.unchanged().size(), "service") + ", and they are the file's");
            return lines.lines;
        }
        lines.add(file + " would change revision " + plan.revision() + ":");
        plan.services().forEach(lines::service);
        lines.add(total(plan));
        return lines.lines;
    }

    private void add(String line) {
        lines.add(line);
    }

    private void service(ServiceChange service) {
        if (service.action().equals(PlanView.CHANGED)) {
            add("~ service " + service.name());
            service.fields().forEach(field -> add(INDENT + change(field)));
        } else {
            add(sign(service.action()) + " service " + service.name() + ": " + values(service.fields()));
        }
        service.backends().forEach(this::backend);
        Slots slots = service.slots();
        if (slots != null && slots.moved() > 0) {
            add(INDENT + "hash table: " + slots.moved() + " of " + slots.of() + " slots go to another backend");
        }
        if (!service.action().equals(PlanView.ADDED)) {
            add(INDENT + "flows: " + flows(service.flows()));
        }
    }

    private void backend(BackendChange backend) {
        String line = INDENT + sign(backend.action()) + " backend " + backend.name();
        if (backend.action().equals(PlanView.CHANGED)) {
            String changes = backend.fields().stream().map(PlanLines::change).collect(Collectors.joining(", "));
            add(line + (changes.isEmpty() ? "" : ": " + changes));
        } else {
            add(line + ": " + values(backend.fields()));
        }
    }

    private static String sign(String action) {
        return action.equals(PlanView.ADDED) ? "+" : action.equals(PlanView.REMOVED) ? "-" : "~";
    }

    private static String change(FieldChange field) {
        return field.field() + " " + words(field.from()) + " → " + words(field.to());
    }

    /** Of what is there before or after alone. */
    private static String values(List<FieldChange> fields) {
        return fields.stream()
                .map(field -> field.field() + " " + words(field.to() == null ? field.from() : field.to()))
                .collect(Collectors.joining(", "));
    }

    private static String words(@Nullable Object value) {
        if (value == null) {
            return "default";
        }
        if (value instanceof Map<?, ?> mapping) {
            return mapping.entrySet().stream()
                    .map(entry -> entry.getKey() + " " + words(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(PlanLines::words).collect(Collectors.joining(", ", "[", "]"));
        }
        return value.toString();
    }

    private static String flows(Flows flows) {
        return flows.stay() + " stay, " + flows.move() + " move to another backend, " + flows.end() + " end";
    }

    private static String total(PlanView plan) {
        if (plan.services().isEmpty()) {
            return "Only the order of the services would change.";
        }
        return count(plan, PlanView.ADDED) + " added, " + count(plan, PlanView.CHANGED) + " changed, "
                + count(plan, PlanView.REMOVED) + " removed, "
                + plan.unchanged().size() + " unchanged; of all flows "
                + flows(plan.flows());
    }

    private static long count(PlanView plan, String action) {
        return plan.services().stream()
                .filter(service -> service.action().equals(action))
                .count();
    }
}
