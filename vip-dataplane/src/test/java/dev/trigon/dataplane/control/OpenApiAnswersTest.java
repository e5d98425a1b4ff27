package dev.trigon.dataplane.control;

import static dev.trigon.dataplane.control.ControlRig.flow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.trigon.dataplane.api.FindingView;
import dev.trigon.dataplane.control.ApiDocument.Operation;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A real control server answers each operation with each status that is described, and with no other; what it is sent are the
 * document's own examples. {@link UnixHttp} holds every answer to the document, headers and body.
 */
class OpenApiAnswersTest {
    private static final ApiDocument DOCUMENT = ApiDocument.PUBLISHED;
    private static final String CONFIRM = "POST /v1/configuration/confirm";

    /** One of each operation, in an order in which each finds what it is about. */
    private static final List<String> REQUESTS = List.of(
            "POST /v1/services",
            "GET /v1/services",
            "GET /v1/services/web",
            "PATCH /v1/services/web",
            "POST /v1/services/web/backends",
            "GET /v1/services/web/backends",
            "GET /v1/services/web/backends/b1",
            "PATCH /v1/services/web/backends/b1",
            "DELETE /v1/services/web/backends/b1?force=true&address=10.2.0.11",
            "GET /v1/backends",
            "GET /v1/flows?service=web&backend=b2&client=198.51.100.0/24&state=established&protocol=tcp&sort=idle&limit=7",
            "GET /v1/flows/count?by=backend",
            "GET /v1/explain?protocol=tcp&client=198.51.100.10:40000&vip=203.0.113.10:80",
            "POST /v1/flows/flush",
            "DELETE /v1/services/web",
            "GET /v1/configuration",
            "POST /v1/configuration/plan?source=web.yaml",
            "PUT /v1/configuration?source=web.yaml&confirmWithin=60s",
            CONFIRM,
            "POST /v1/configuration/rollback?to=1",
            "GET /v1/history?limit=2",
            "GET /v1/history/1",
            "GET /v1/status",
            "GET /v1/counters?meanings=true",
            "GET /v1/events?after=0&wait=0",
            "GET /v1/doctor",
            "POST /v1/doctor/fix");

    @TempDir
    Path directory;

    private ControlRig rig;

    /** By now it is revision 2, and no document's. */
    @BeforeEach
    void start() throws Refusal, IOException {
        rig = ControlRig.start(directory);
        ask("PUT /v1/configuration");
        rig.http.send("PATCH", "/v1/services/web/backends/b1", "{\"weight\": 7}");
        rig.dataPath.flows.add(flow(40_000, 2));
        rig.dataPath.explanation = new DataPath.Explanation("web", 1, "schedule", "no flow")
                .with(new DataPath.Passage("eth0", "02:00:00:00:00:01", true, "00", "01"));
        rig.dataPath.doctor.findings.add(
                new FindingView("routes", "b1", FindingView.WRONG, "none", "no answer", "add one", false));
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    /** With the example of its body that the document has. */
    private int ask(String request) throws IOException {
        return ask(request, "", example(operation(request)));
    }

    private int ask(String request, String ifMatch, String body) throws IOException {
        String[] parts = request.split(" ", 2);
        return rig.http.send(parts[0], parts[1], ifMatch, body).status();
    }

    private static Operation operation(String request) {
        String[] parts = request.split(" ", 2);
        return DOCUMENT.operation(parts[0], parts[1]);
    }

    private static JsonNode body(Operation operation) {
        JsonNode node = operation.node();
        return node.has("requestBody")
                ? DOCUMENT.resolved(node.get("requestBody")).at("/content/application~1json")
                : MissingNode.getInstance();
    }

    private static String example(Operation operation) {
        JsonNode body = body(operation);
        return body.has("example") ? body.get("example").toString() : "";
    }

    private static Set<String> describedWith(String status) {
        return DOCUMENT.operations().stream()
                .filter(it -> it.statuses().contains(status))
                .map(Operation::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those that are answered with this status when they are asked so. */
    private Set<String> answeredWith(int status, List<String> requests, String ifMatch) throws IOException {
        Set<String> found = new TreeSet<>();
        for (String request : requests) {
            Operation operation = operation(request);
            if (ask(request, ifMatch, example(operation)) == status) {
                found.add(operation.id());
            }
        }
        return found;
    }

    @Test
    void shouldDoWhatEachOperationIsFor() throws IOException {
        Set<String> done = new TreeSet<>();
        for (String request : REQUESTS) {
            Operation operation = operation(request);
            JsonNode body = body(operation);
            if (body.has("schema")) {
                assertThat(DOCUMENT.errors(body.get("schema"), example(operation)))
                        .as(request)
                        .isEmpty();
            }
            assertThat(ask(request)).as(request).isIn(200, 201);
            done.add(operation.id());
        }
        assertThat(done)
                .hasSameSizeAs(REQUESTS)
                .isEqualTo(DOCUMENT.operations().stream().map(Operation::id).collect(Collectors.toSet()));
    }

    @Test
    void shouldRefuseWhatIsMalformed() throws IOException {
        List<String> misspelt = REQUESTS.stream()
                .map(it -> it + (it.contains("?") ? "&" : "?") + "x=1")
                .toList();
        assertThat(answeredWith(400, misspelt, "")).isEqualTo(describedWith("400"));
    }

    /** The refusal of a key that nobody knows names those that are known. */
    @ParameterizedTest
    @CsvSource({
        "PATCH /v1/services/web, ServicePatch",
        "PATCH /v1/services/web/backends/b1, BackendPatch",
        "POST /v1/flows/flush, FlowSelectionEntry"
    })
    void shouldKnowTheKeysOfRequests(String request, String component) throws IOException {
        String[] parts = request.split(" ", 2);
        String message = ControlRig.line(rig.http.send(parts[0], parts[1], "{\"x\": 1}"));
        assertThat(message.replaceFirst(".*; known here: ", "").split(", ", -1))
                .containsExactlyInAnyOrderElementsOf(
                        ApiDocument.names(DOCUMENT.component(component).get("properties")));
    }

    @Test
    void shouldNotFindWhatIsNotThere() throws IOException {
        String body = "{\"service\": \"mail\"}";
        assertThat(ask("POST /v1/flows/flush", "", body)).isEqualTo(404);
        Set<String> found = answeredWith(
                404,
                List.of(
                        "GET /v1/services/mail",
                        "PATCH /v1/services/mail",
                        "DELETE /v1/services/mail",
                        "GET /v1/services/mail/backends",
                        "POST /v1/services/mail/backends",
                        "GET /v1/services/web/backends/b9",
                        "PATCH /v1/services/web/backends/b9",
                        "DELETE /v1/services/web/backends/b9",
                        "POST /v1/configuration/rollback?to=9",
                        "GET /v1/history/9",
                        "GET /v1/flows?service=mail"),
                "");
        found.add("flushFlows");
        assertThat(found).isEqualTo(describedWith("404"));
    }

    /** Another change waits to be confirmed, and another examination goes on. */
    @Test
    void shouldRefuseWhatContradictsWhatIsThere() throws IOException {
        assertThat(ask(CONFIRM)).isEqualTo(409);
        ask(
                "PUT /v1/configuration?confirmWithin=60s",
                "",
                "services: [{name: web, vip: 203.0.113.10, protocol: tcp, ports: 81,"
                        + " backends: [{name: b1, address: 10.2.0.11}]}]");
        rig.dataPath.doctor.refusal = new Refusal(Refusal.Kind.CONFLICT, "doctor", "another goes on", "ask again");
        Set<String> found = answeredWith(
                409,
                REQUESTS.stream()
                        .filter(it -> !it.equals(CONFIRM) && !it.contains("/rollback"))
                        .toList(),
                "");
        found.add("confirmConfiguration");
        assertThat(found).isEqualTo(describedWith("409"));
    }

    @Test
    void shouldRefuseWhatIsStaleWhereItTakesARevision() throws IOException {
        Set<String> taking = DOCUMENT.operations().stream()
                .filter(it -> it.parameters().contains("header If-Match"))
                .map(Operation::id)
                .collect(Collectors.toSet());
        assertThat(answeredWith(412, REQUESTS, "\"1\""))
                .isEqualTo(describedWith("412"))
                .isEqualTo(taking);
    }

    @Test
    void shouldRefuseWhatIsInvalid() throws IOException {
        String ports = "{\"name\": \"a\", \"vip\": \"203.0.113.1\", \"protocol\": \"tcp\", \"ports\": 0}";
        List<List<String>> rows = List.of(
                List.of("POST /v1/services", ports),
                List.of("PATCH /v1/services/web", "{\"dscp\": 64}"),
                List.of("POST /v1/services/web/backends", "{\"name\": \"b3\", \"address\": \"203.0.113.10\"}"),
                List.of("PATCH /v1/services/web/backends/b1", "{\"weight\": -1}"),
                List.of("PUT /v1/configuration", "{\"services\": [" + ports + "]}"),
                List.of("POST /v1/configuration/plan", "{\"services\": [" + ports + "]}"),
                List.of("POST /v1/configuration/rollback", ""),
                List.of("GET /v1/flows?state=open", ""),
                List.of("POST /v1/flows/flush", "{}"),
                List.of("GET /v1/explain?protocol=icmp&client=198.51.100.10:1&vip=203.0.113.10:80", ""));
        rig.dataPath.nextCheck = new Refusal("backend 'b1'", "no route", "add one");
        Set<String> found = new TreeSet<>();
        for (List<String> row : rows) {
            assertThat(ask(row.get(0), "", row.get(1))).as(row.toString()).isEqualTo(422);
            found.add(operation(row.get(0)).id());
        }
        assertThat(found).isEqualTo(describedWith("422"));
    }

    @Test
    void shouldRefuseWhatCannotBeSaved() throws IOException {
        Path kept = directory.resolve("kept");
        ask("PUT /v1/configuration?confirmWithin=60s");
        Files.move(directory.resolve("state"), kept);
        Set<String> found = answeredWith(507, List.of(CONFIRM, "POST /v1/configuration/rollback"), "");
        Files.move(kept, directory.resolve("state"));
        assertThat(ask(CONFIRM)).isEqualTo(200);
        rig.http.send("PATCH", "/v1/services/web/backends/b1", "{\"weight\": 7}");
        Files.move(directory.resolve("state"), kept);

        found.addAll(answeredWith(507, REQUESTS, ""));
        assertThat(found).isEqualTo(describedWith("507"));
    }
}
