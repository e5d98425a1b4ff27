package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.trigon.dataplane.api.ControlApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** docs/openapi.yaml as its readers' tools see it, with docs/services.schema.json, which it refers to. */
final class ApiDocument {
    private static final String SERVICES = "services.schema.json";
    /** The schemas of components, for a validator that knows schemas alone. */
    private static final String COMPONENTS = "components.schema.json";
    /** They have to be somewhere; nobody looks there. */
    private static final String BASE = "https://vipd.invalid/";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final Set<Integer> ANYWHERE = Set.of(413, 431, 500, 503);
    private static final Pattern HEADER = Pattern.compile("(?m)^(ETag|Location|Trigon-[A-Za-z-]+): ");

    static final ApiDocument PUBLISHED = new ApiDocument();

    private final JsonNode api;
    private final JsonNode services;
    private final SchemaRegistry registry;
    private final List<Operation> operations;

    private ApiDocument() {
        try {
            Path docs = Path.of("..", "docs");
            this.api = new YAMLMapper().readTree(Files.readString(docs.resolve("openapi.yaml")));
            // each reference with its file, so that it can be told from the document's own
            String services = Files.readString(docs.resolve(SERVICES)).replace("\"#/", "\"" + SERVICES + "#/");
            this.services = MAPPER.readTree(services);
            String components = "{\"$defs\": " + referringToSchemas(api.at("/components/schemas")) + "}";
            this.registry = SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12,
                    builder -> builder.schemas(Map.of(BASE + COMPONENTS, components, BASE + SERVICES, services)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.operations = readOperations();
    }

    /**
     * What a path does by a method.
     *
     * @param route its method, path and query parameters
     * @param parameters where each is and its name, such as {@code header If-Match}
     */
    record Operation(Route route, Set<String> parameters, JsonNode node) {
        String id() {
            return node.get("operationId").asText();
        }

        /** The statuses that it is described with, but for what any request may be answered with. */
        Set<String> statuses() {
            return names(node.get("responses")).stream()
                    .filter(it -> !it.equals("default"))
                    .collect(Collectors.toSet());
        }
    }

    JsonNode api() {
        return api;
    }

    List<Operation> operations() {
        return operations;
    }

    JsonNode component(String name) {
        return api.at("/components/schemas/" + name);
    }

    /** What a node refers to, by however many steps; itself where it refers to nothing. */
    JsonNode resolved(JsonNode node) {
        JsonNode at = node;
        while (at.has("$ref")) {
            String[] reference = at.get("$ref").asText().split("#", -1);
            at = (reference[0].isEmpty() ? api : services).at(reference.length == 1 ? "" : reference[1]);
        }
        assertThat(at.isMissingNode()).as("what %s refers to", node).isFalse();
        return at;
    }

    /** What is wrong with a body. */
    List<String> errors(JsonNode schema, String body) {
        return schema(schema).validate(body, InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }

    private Schema schema(JsonNode node) {
        try {
            return registry.getSchema(SchemaLocation.of(BASE + "inline"), MAPPER.readTree(referringToSchemas(node)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String referringToSchemas(JsonNode node) {
        return node.toString().replace("\"#/components/schemas/", "\"" + COMPONENTS + "#/$defs/");
    }

    /** The operation that a request is for, or null. */
    Operation operation(String method, String path) {
        List<String> segments = Route.split(path.replaceFirst("\\?.*", ""));
        return operations.stream()
                .filter(it -> it.route().method().equals(method) && it.route().match(segments) != null)
                .findFirst()
                .orElse(null);
    }

    /** Fails where an answer is not as described: its status, its headers, or its body. */
    void check(String method, String path, UnixHttp.Reply reply) {
        String asked = method + " " + path + ": " + reply.status();
        Operation operation = operation(method, path);
        String status = Integer.toString(reply.status());
        if (operation == null) {
            assertThat(reply.status()).as(asked).isIn(400, 404, 405);
            assertThat(errors(component("ErrorView"), reply.body())).as(asked).isEmpty();
            return;
        }
        JsonNode responses = operation.node().get("responses");
        assertThat(responses.has(status) || ANYWHERE.contains(reply.status()))
                .as("%s is described: %s", asked, reply.body())
                .isTrue();
        JsonNode response = resolved(responses.has(status) ? responses.get(status) : responses.get("default"));
        assertThat(errors(response.at("/content/application~1json/schema"), reply.body()))
                .as("%s%n%s", asked, reply.body())
                .isEmpty();
        assertThat(headers(reply.head())).as(asked).isEqualTo(names(response.path("headers")));
    }

    private static Set<String> headers(String head) {
        return HEADER.matcher(head).results().map(it -> it.group(1)).collect(Collectors.toSet());
    }

    static Set<String> names(JsonNode object) {
        Set<String> names = new LinkedHashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private List<Operation> readOperations() {
        List<Operation> found = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : api.get("paths").properties()) {
            for (String method : names(path.getValue())) {
                if (METHODS.contains(method)) {
                    found.add(operation(method, path.getKey(), path.getValue()));
                }
            }
        }
        return found;
    }

    private Operation operation(String method, String path, JsonNode item) {
        JsonNode node = item.get(method);
        Set<String> parameters = Stream.of(item, node)
                .flatMap(it -> StreamSupport.stream(it.path("parameters").spliterator(), false))
                .map(this::resolved)
                .map(it -> it.get("in").asText() + " " + it.get("name").asText())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        String[] queries = parameters.stream()
                .filter(it -> it.startsWith("query "))
                .map(it -> it.substring("query ".length()))
                .toArray(String[]::new);
        Route.Action nothing = call -> Answer.ok(path);
        return new Operation(
                Route.of(method.toUpperCase(Locale.ROOT), ControlApi.ROOT + path, nothing, queries), parameters, node);
    }
}
