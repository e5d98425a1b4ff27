package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.trigon.conntrack.FlowState;
import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.WhenAllDown;
import dev.trigon.dataplane.service.WhenDown;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The published description of the control API is one, and is of this API: no route, parameter or word more or less. */
class OpenApiTest {
    private static final ApiDocument DOCUMENT = ApiDocument.PUBLISHED;
    private static final String OFFICIAL = "/spec.openapis.org/oas/3.1/schema/2022-10-07";

    @Test
    void shouldBeOpenApi() throws IOException {
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        try (InputStream in = OpenApiTest.class.getResourceAsStream(OFFICIAL)) {
            Schema official = registry.getSchema(in);
            ObjectNode document = DOCUMENT.api().deepCopy();
            assertThat(official.validate(document.toString(), InputFormat.JSON)).isEmpty();
            ((ObjectNode) document.at("/paths/~1status/get/responses/200")).remove("description");
            assertThat(official.validate(document.toString(), InputFormat.JSON)).isNotEmpty();
        }
    }

    @Test
    void shouldHaveSchemasThatAreSchemas() {
        Schema official = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
        List<JsonNode> schemas = DOCUMENT.api().findValues("schema");
        DOCUMENT.api().at("/components/schemas").forEach(schemas::add);

        assertThat(schemas).hasSizeGreaterThan(80);
        for (JsonNode schema : schemas) {
            assertThat(official.validate(schema.toString(), InputFormat.JSON))
                    .as(schema.toString())
                    .isEmpty();
        }
    }

    @Test
    void shouldReferToWhatIsThere() {
        List<JsonNode> referring = DOCUMENT.api().findParents("$ref");
        assertThat(referring).hasSizeGreaterThan(200).allSatisfy(DOCUMENT::resolved);
    }

    @Test
    void shouldHaveEveryRouteWithItsParametersAndNoOther(@TempDir Path directory) throws Exception {
        ServiceRegistry registry =
                ServiceRegistry.open(new ServicesStore(directory), new FakeDataPath(), System::nanoTime);
        List<Route> routes =
                ControlServer.routes(registry, new FakeDataPath(), new EventLog(Clock.systemUTC()), "1.2.3", () -> 42);

        assertThat(DOCUMENT.operations().stream().map(it -> words(it.route())))
                .containsExactlyInAnyOrderElementsOf(
                        routes.stream().map(OpenApiTest::words).toList());
        assertThat(DOCUMENT.api().at("/servers/0/url").asText()).endsWith(ControlApi.ROOT);
        assertThat("/v" + DOCUMENT.api().at("/info/version").asText()).isEqualTo(ControlApi.ROOT);
    }

    private static String words(Route route) {
        return route.method() + " /" + String.join("/", route.pattern()) + " "
                + route.queries().stream().sorted().toList();
    }

    @Test
    void shouldNameTheParametersOfPathsAndSayWhatEachDoes() {
        assertThat(DOCUMENT.operations()).extracting(ApiDocument.Operation::id).doesNotHaveDuplicates();
        for (ApiDocument.Operation operation : DOCUMENT.operations()) {
            assertThat(operation.parameters().stream().filter(it -> it.startsWith("path ")))
                    .as(operation.id())
                    .containsExactlyElementsOf(operation.route().pattern().stream()
                            .filter(it -> it.startsWith("{"))
                            .map(it -> "path " + it.substring(1, it.length() - 1))
                            .toList());
            assertThat(operation.node().path("summary").asText())
                    .as(operation.id())
                    .isNotEmpty();
        }
        assertThat(DOCUMENT.api().findValues("parameters"))
                .filteredOn(JsonNode::isArray)
                .flatExtracting(it -> stream(it).map(DOCUMENT::resolved).toList())
                .allSatisfy(it -> assertThat(it.path("description").asText())
                        .as(it.toString())
                        .isNotEmpty());
    }

    /** A row: a component's property, and the words that it may be. */
    static Stream<Arguments> words() {
        return Stream.of(
                words("FlowView", "state", FlowState.values(), FlowState::label),
                words("FlowView", "protocol", Protocol.values(), Protocol::label),
                words("FlowSelectionEntry", "state", FlowState.values(), FlowState::label),
                words("FlowCountView.Share", "state", FlowState.values(), FlowState::label),
                words("ServiceView", "forward", ForwardMode.values(), ForwardMode::label),
                words("ServiceView", "scheduler", SchedulerKind.values(), SchedulerKind::label),
                words("ServiceView", "whenDown", WhenDown.values(), WhenDown::label, "null"),
                words("ServiceView", "whenAllDown", WhenAllDown.values(), WhenAllDown::label),
                words("BackendView", "state", BackendState.values(), BackendState::label, "down"),
                words(
                        "EventView",
                        "kind",
                        EventLog.Kind.values(),
                        it -> it.name().toLowerCase(Locale.ROOT)));
    }

    private static <T> Arguments words(
            String component, String property, T[] values, Function<T, String> label, String... others) {
        Stream<String> words = Stream.concat(Arrays.stream(values).map(label), Stream.of(others));
        return Arguments.of(component, property, words.toList());
    }

    @ParameterizedTest
    @MethodSource("words")
    void shouldHaveTheCodesWords(String component, String property, List<String> words) {
        assertThat(texts(DOCUMENT.component(component).at("/properties/" + property + "/enum")))
                .containsExactlyInAnyOrderElementsOf(words);
    }

    /** A row: an operation's parameter, and the words that it takes. */
    static Stream<Arguments> choices() {
        return Stream.of(
                choice("listFlows", "sort", FlowOrder.values(), FlowOrder::label),
                choice("listFlows", "state", FlowState.values(), FlowState::label),
                choice("listFlows", "protocol", Protocol.values(), Protocol::label),
                choice("countFlows", "by", FlowTally.By.values(), FlowTally.By::label),
                choice("explain", "protocol", Protocol.values(), Protocol::label));
    }

    private static <T> Arguments choice(String operation, String parameter, T[] values, Function<T, String> label) {
        return Arguments.of(
                operation, parameter, Arrays.stream(values).map(label).toList());
    }

    @ParameterizedTest
    @MethodSource("choices")
    void shouldOfferTheCodesChoices(String operation, String parameter, List<String> words) {
        JsonNode found = DOCUMENT.operations().stream()
                .filter(it -> it.id().equals(operation))
                .flatMap(it -> stream(it.node().get("parameters")))
                .filter(it -> it.path("name").asText().equals(parameter))
                .findFirst()
                .orElseThrow();
        assertThat(texts(found.at("/schema/enum"))).containsExactlyInAnyOrderElementsOf(words);
    }

    private static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private static List<String> texts(JsonNode list) {
        return stream(list).map(JsonNode::asText).toList();
    }
}
