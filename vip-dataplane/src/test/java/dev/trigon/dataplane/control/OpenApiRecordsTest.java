package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.dataplane.api.ControlApi;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each record that crosses the socket has its schema, and each of its components a property that says the same of it. */
class OpenApiRecordsTest {
    private static final ApiDocument DOCUMENT = ApiDocument.PUBLISHED;

    /** Of requests that no record is for. */
    private static final List<String> PATCHES = List.of("ServicePatch", "BackendPatch");

    static Stream<Class<?>> records() throws Exception {
        Path classes = Path.of(ControlApi.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        String place = ControlApi.class.getPackageName();
        try (Stream<Path> files = Files.list(classes.resolve(place.replace('.', '/')))) {
            List<Class<?>> found = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                Class<?> type = Class.forName(
                        place + "." + file.getFileName().toString().replace(".class", ""));
                if (type.isRecord()) {
                    found.add(type);
                }
            }
            return found.stream();
        }
    }

    /** One in another has its name after a dot. */
    private static String name(Class<?> type) {
        return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
    }

    @Test
    void shouldHaveASchemaForEachRecordAndNoOther() throws Exception {
        assertThat(ApiDocument.names(DOCUMENT.api().at("/components/schemas")))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(records().map(OpenApiRecordsTest::name), PATCHES.stream())
                                .toList());
    }

    @ParameterizedTest
    @MethodSource("records")
    void shouldHaveItsComponentsInTheirOrder(Class<?> type) {
        JsonNode properties = DOCUMENT.resolved(DOCUMENT.component(name(type))).get("properties");
        assertThat(ApiDocument.names(properties))
                .containsExactlyElementsOf(Arrays.stream(type.getRecordComponents())
                        .map(OpenApiRecordsTest::key)
                        .toList());
        assertThat(properties)
                .allSatisfy(it -> assertThat(
                                it.has("description") || DOCUMENT.resolved(it).has("description"))
                        .as("%s is described", it)
                        .isTrue());
    }

    @ParameterizedTest
    @MethodSource("records")
    void shouldHaveTheirTypes(Class<?> type) {
        JsonNode properties = DOCUMENT.resolved(DOCUMENT.component(name(type))).get("properties");
        for (RecordComponent component : type.getRecordComponents()) {
            assertType(
                    name(type) + "." + component.getName(),
                    component.getGenericType(),
                    properties.get(key(component)),
                    isOfServicesFile(type));
        }
    }

    /** Null, and what is left out, are as Jackson writes them. A services file's readers take null for what is left out. */
    @ParameterizedTest
    @MethodSource("records")
    void shouldSayWhatMayBeNullOrLeftOut(Class<?> type) {
        if (isOfServicesFile(type)) {
            return;
        }
        JsonNode schema = DOCUMENT.resolved(DOCUMENT.component(name(type)));
        Set<String> required = new TreeSet<>();
        schema.path("required").forEach(it -> required.add(it.asText()));
        for (RecordComponent component : type.getRecordComponents()) {
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            boolean leftOut = nullable && isLeftOutWhenNull(component);
            String what = name(type) + "." + component.getName();
            assertThat(required.remove(key(component)))
                    .as("%s is required", what)
                    .isEqualTo(!leftOut);
            if (component.getType() != Object.class) {
                assertThat(types(schema.get("properties").get(key(component))).contains("null"))
                        .as("%s may be null", what)
                        .isEqualTo(nullable && !leftOut);
            }
        }
        assertThat(required).isEmpty();
    }

    private static boolean isOfServicesFile(Class<?> type) {
        return DOCUMENT.component(name(type)).path("$ref").asText().startsWith("services.schema.json");
    }

    private static boolean isLeftOutWhenNull(RecordComponent component) {
        return component.getAccessor().isAnnotationPresent(JsonInclude.class)
                || component.getDeclaringRecord().isAnnotationPresent(JsonInclude.class);
    }

    private static String key(RecordComponent component) {
        JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
        return property == null ? component.getName() : property.value();
    }

    /** @param more whether other types may be taken too, where only requests have it */
    private static void assertType(String what, Type type, JsonNode schema, boolean more) {
        if (type == Object.class) {
            return;
        }
        Set<String> types = types(schema);
        types.remove("null");
        assertThat(types).as(what).contains(jsonType(type));
        assertThat(more || types.size() == 1).as("%s is nothing else", what).isTrue();
        assertThat(schema.path("format").asText().equals("int64"))
                .as("%s has 64 bits", what)
                .isEqualTo(type == long.class || type == Long.class);
        if (type instanceof ParameterizedType generic) {
            Type[] of = generic.getActualTypeArguments();
            JsonNode whole = meant(schema);
            assertType(
                    what + ", each",
                    of[of.length - 1],
                    whole.get(of.length == 1 ? "items" : "additionalProperties"),
                    more);
        } else if (type instanceof Class<?> record && record.isRecord()) {
            assertThat(meant(schema)).as(what).isEqualTo(DOCUMENT.resolved(DOCUMENT.component(name(record))));
        }
    }

    private static String jsonType(Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == Map.class ? "object" : "array";
        }
        if (type == String.class) {
            return "string";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "boolean";
        }
        return ((Class<?>) type).isRecord() ? "object" : "integer";
    }

    /** A schema, or the one beside null that it has. */
    private static JsonNode meant(JsonNode schema) {
        JsonNode resolved = DOCUMENT.resolved(schema);
        for (JsonNode option : resolved.path("oneOf")) {
            if (!option.path("type").asText().equals("null")) {
                return DOCUMENT.resolved(option);
            }
        }
        return resolved;
    }

    private static Set<String> types(JsonNode schema) {
        JsonNode resolved = DOCUMENT.resolved(schema);
        Set<String> types = new TreeSet<>();
        if (resolved.has("type")) {
            JsonNode type = resolved.get("type");
            (type.isArray() ? type : List.of(type)).forEach(it -> types.add(it.asText()));
        } else if (resolved.has("oneOf")) {
            resolved.get("oneOf").forEach(it -> types.addAll(types(it)));
        } else {
            (resolved.has("enum") ? resolved.get("enum") : List.of(resolved.path("const")))
                    .forEach(it -> types.add(it.isTextual() ? "string" : "null"));
        }
        return types;
    }
}
