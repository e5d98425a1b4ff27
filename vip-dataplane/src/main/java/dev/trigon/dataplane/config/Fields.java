package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A mapping whose keys are all known. A key whose value is null counts as left out.
 *
 * <p>Whoever reads one names its keys first, so that a misspelt key is refused before anything is made of the rest.
 */
final class Fields {
    private final Source source;
    private final Located.Mapping mapping;

    private Fields(Source source, Located.Mapping mapping) {
        this.source = source;
        this.mapping = mapping;
    }

    static Fields of(Source source, Located node, String... known) throws Refusal {
        return of(source, node, Map.of(), known);
    }

    /** @param reasons for keys that are refused, the reason and the remedy, apart by a semicolon */
    static Fields of(Source source, Located node, Map<String, String> reasons, String... known) throws Refusal {
        if (!(node instanceof Located.Mapping mapping)) {
            throw source.malformed(
                    node, "expected a mapping, found " + node.described(), "known here: " + String.join(", ", known));
        }
        for (Map.Entry<String, Located.Member> entry : mapping.members().entrySet()) {
            String key = entry.getKey();
            Located.Member member = entry.getValue();
            String reason = reasons.get(key);
            if (reason != null && !isNull(member.value())) {
                int split = reason.indexOf("; ");
                throw source.invalid(
                        at(member), "'" + key + "' " + reason.substring(0, split), reason.substring(split + 2));
            }
            if (reason == null && !List.of(known).contains(key)) {
                throw source.malformed(
                        at(member), "unknown key '" + key + "'", "known here: " + String.join(", ", known));
            }
        }
        return new Fields(source, mapping);
    }

    /** The place of the key rather than of its value, which may begin lines below. */
    private static Located at(Located.Member member) {
        return new Located.Scalar(member.keyLine(), member.value().path(), Located.Kind.NULL, "");
    }

    private static boolean isNull(Located node) {
        return node instanceof Located.Scalar scalar && scalar.kind() == Located.Kind.NULL;
    }

    @Nullable
    Located get(String key) {
        Located.Member member = mapping.members().get(key);
        return member == null || isNull(member.value()) ? null : member.value();
    }

    boolean has(String key) {
        return get(key) != null;
    }

    Located required(String key) throws Refusal {
        Located value = get(key);
        if (value == null) {
            throw source.malformed(mapping, "'" + key + "' is missing", "give it a value");
        }
        return value;
    }

    Located.Scalar text(String key) throws Refusal {
        return text(key, required(key));
    }

    Located.@Nullable Scalar optionalText(String key) throws Refusal {
        Located value = get(key);
        return value == null ? null : text(key, value);
    }

    private Located.Scalar text(String key, Located value) throws Refusal {
        if (value instanceof Located.Scalar scalar && scalar.kind() == Located.Kind.TEXT) {
            return scalar;
        }
        throw source.malformed(
                value, "'" + key + "' is " + value.described() + " where text is expected", "put text in quotes there");
    }

    int number(String key, int ifAbsent, int min, int max) throws Refusal {
        Located value = get(key);
        return value == null ? ifAbsent : number(key, value, min, max);
    }

    int number(String key, Located value, int min, int max) throws Refusal {
        if (!(value instanceof Located.Scalar scalar) || scalar.kind() != Located.Kind.NUMBER) {
            throw source.malformed(
                    value,
                    "'" + key + "' is " + value.described() + " where a number is expected",
                    "give " + min + " to " + max);
        }
        if (!scalar.text().matches("-?[0-9]{1,18}")
                || Long.parseLong(scalar.text()) < min
                || Long.parseLong(scalar.text()) > max) {
            throw source.invalid(
                    value, "'" + key + "' is " + scalar.text(), "give a whole number from " + min + " to " + max);
        }
        return Integer.parseInt(scalar.text());
    }

    /** Null where it is left out. */
    @Nullable
    Boolean flag(String key) throws Refusal {
        Located value = get(key);
        if (value == null) {
            return null;
        }
        if (value instanceof Located.Scalar scalar && scalar.kind() == Located.Kind.BOOLEAN) {
            return Boolean.valueOf(scalar.text());
        }
        throw source.malformed(
                value,
                "'" + key + "' is " + value.described() + " where true or false is expected",
                "give one of them");
    }

    Duration duration(String key, Located value, Duration min, Duration max) throws Refusal {
        String text = value instanceof Located.Scalar scalar ? scalar.text() : "";
        Duration duration = Durations.parse(text)
                .orElseThrow(() -> source.malformed(
                        value,
                        "'" + key + "' is " + value.described() + " where a duration is expected",
                        "give one such as 500ms, 30s, 15m or 1h"));
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw source.invalid(
                    value,
                    "'" + key + "' is " + text,
                    "give " + Durations.format(min) + " to " + Durations.format(max));
        }
        return duration;
    }

    /** The items of a list; a key left out is an empty list. */
    List<Located> list(String key) throws Refusal {
        Located value = get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof Located.Sequence sequence)) {
            throw source.malformed(
                    value,
                    "'" + key + "' is " + value.described() + " where a list is expected",
                    "write [ … ], or one '- ' line an item");
        }
        return sequence.items();
    }

    /** The nested mapping under a key, or an empty one. */
    Fields mapping(String key, String... known) throws Refusal {
        Located value = get(key);
        if (value == null) {
            return new Fields(source, new Located.Mapping(mapping.line(), mapping.path(), new LinkedHashMap<>()));
        }
        return of(source, value, known);
    }

    /** One of a few words; {@code labels} in the order they are to be named. */
    <T> @Nullable T choice(String key, Map<String, T> labels) throws Refusal {
        Located.Scalar value = optionalText(key);
        if (value == null) {
            return null;
        }
        T chosen = labels.get(value.text());
        if (chosen == null) {
            throw source.invalid(
                    value,
                    "'" + key + "' is '" + value.text() + "'",
                    "give one of " + String.join(", ", new ArrayList<>(labels.keySet())));
        }
        return chosen;
    }

    /** Values by the words that operators type for them, in their order: what {@link #choice} takes. */
    static <T> Map<String, T> labels(T[] values, Function<T, String> label) {
        Map<String, T> labels = new LinkedHashMap<>();
        for (T value : values) {
            labels.put(label.apply(value), value);
        }
        return labels;
    }
}
