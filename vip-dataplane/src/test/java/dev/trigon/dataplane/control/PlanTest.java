package dev.trigon.dataplane.control;

import static dev.trigon.dataplane.control.ControlRig.json;
import static dev.trigon.dataplane.control.ControlRig.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a change would come to, told and not done. */
class PlanTest {
    private static final String B1 = "{name: b1, address: 10.2.0.11}";
    private static final String B2 = "{name: b2, address: 10.2.0.12}";
    private static final String B3 = "{name: b3, address: 10.2.0.13}";
    private static final String WEB = web("80", B1, B2, B3);

    @TempDir
    Path directory;

    private ControlRig rig;

    @BeforeEach
    void start() throws Refusal, IOException {
        rig = ControlRig.start(directory);
        assertThat(rig.http.send("PUT", "/v1/configuration", file(WEB)).status())
                .isEqualTo(200);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    private static String web(String ports, String... backends) {
        return "{name: web, vip: 203.0.113.10, protocol: tcp, ports: " + ports + ", backends: " + List.of(backends)
                + "}";
    }

    private static String file(String... services) {
        return "services: " + List.of(services);
    }

    private JsonNode plan(String... services) throws IOException {
        UnixHttp.Reply reply = rig.http.send("POST", "/v1/configuration/plan?source=services.yaml", file(services));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return json(reply);
    }

    @Test
    void shouldSayThatNothingChanges() throws IOException {
        assertThat(plan(WEB)).isEqualTo(ControlRig.MAPPER.readTree("""
                        {"revision": 1, "changes": false, "services": [], "unchanged": ["web"],
                         "flows": {"stay": 0, "move": 0, "end": 0}}
                        """));
    }

    @Test
    void shouldTellEachFieldOfServicesAndBackends() throws IOException {
        String more = "{name: dns, vip: 203.0.113.53, protocol: udp, ports: 53, onePacket: true}";
        JsonNode plan = plan(
                more,
                web(
                        "[80, 443], affinity: 10m, timeouts: {syn: 9s}",
                        "{name: b1, address: 10.2.0.11, weight: 7, state: draining}",
                        B2,
                        "{name: b4, address: 10.2.0.14}"));

        assertThat(plan.get("unchanged")).isEmpty();
        assertThat(plan.get("services").get(0).toString())
                .startsWith("{\"name\":\"dns\",\"action\":\"added\",\"fields\":["
                        + "{\"field\":\"vip\",\"from\":null,\"to\":\"203.0.113.53\"},")
                .contains("{\"field\":\"onePacket\",\"from\":null,\"to\":true}")
                .doesNotContain("slots");
        JsonNode web = plan.get("services").get(1);
        assertThat(web.get("fields")).isEqualTo(ControlRig.MAPPER.readTree("""
                        [{"field": "ports", "from": [80], "to": [80, 443]},
                         {"field": "affinity", "from": null, "to": "10m"},
                         {"field": "timeouts", "from": null, "to": {"syn": "9s"}}]
                        """));
        assertThat(web.get("backends")).isEqualTo(ControlRig.MAPPER.readTree("""
                        [{"name": "b1", "action": "changed", "fields": [
                          {"field": "weight", "from": 100, "to": 7},
                          {"field": "state", "from": null, "to": "draining"}]},
                         {"name": "b4", "action": "added", "fields": [
                          {"field": "address", "from": null, "to": "10.2.0.14"},
                          {"field": "weight", "from": null, "to": 100}]},
                         {"name": "b3", "action": "removed", "fields": [
                          {"field": "address", "from": "10.2.0.13", "to": null},
                          {"field": "weight", "from": 100, "to": null}]}]
                        """));
    }

    @Test
    void shouldTellAnOrderThatChanges() throws IOException {
        JsonNode plan = plan(web("80", B2, B1, B3));

        assertThat(plan.get("services").get(0).get("fields").toString())
                .isEqualTo("[{\"field\":\"backends\",\"from\":[\"b1\",\"b2\",\"b3\"],\"to\":[\"b2\",\"b1\",\"b3\"]}]");
        assertThat(plan.get("services").get(0).get("slots").get("moved").asInt())
                .as("a table is by address")
                .isZero();
    }

    @Test
    void shouldCountTheSlotsThatMove() throws IOException {
        JsonNode slots = plan(web("80", B1, B2)).get("services").get(0).get("slots");

        assertThat(slots.get("of").asInt()).isEqualTo(65_537);
        assertThat(slots.get("moved").asInt())
                .as("a third of them, and a few more")
                .isBetween(21_000, 26_000);
        JsonNode disabled = plan(web("80", B1, B2, "{name: b3, address: 10.2.0.13, state: disabled}"));
        assertThat(disabled.get("services").get(0).get("slots")).isEqualTo(slots);
        JsonNode renamed = plan(web("80", B1, B2, "{name: b9, address: 10.2.0.13}"));
        assertThat(renamed.get("services").get(0).get("slots").get("moved").asInt())
                .isZero();
        JsonNode rr = plan(web("80, scheduler: wrr", B1, B2));
        assertThat(rr.get("services").get(0).has("slots")).isFalse();
    }

    /** Two flows of each of b1 and b3, one of b3's closed: what becomes of them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        backends: [{name: b1, address: 10.2.0.11}, {name: b2, address: 10.2.0.12}]                                          | 3 | 0 | 0
        backends: [{name: b1, address: 10.2.0.11}, {name: b9, address: 10.2.0.13}]                                          | 3 | 0 | 0
        backends: [{name: b1, address: 10.2.0.11}, {name: b3, address: 10.2.0.13, state: draining}]                         | 3 | 0 | 0
        backends: [{name: b1, address: 10.2.0.11}, {name: b3, address: 10.2.0.13, state: disabled}]                         | 2 | 0 | 1
        whenDown: move, backends: [{name: b1, address: 10.2.0.11}, {name: b3, address: 10.2.0.13, state: disabled}]         | 2 | 1 | 0
        whenDown: move, backends: [{name: b1, address: 10.2.0.11, weight: 0}, {name: b3, address: 10.2.0.13, state: disabled}] | 2 | 0 | 1
        backends: []                                                                                                        | 3 | 0 | 0
        """)
    void shouldTellWhatBecomesOfFlows(String backends, long stay, long move, long end) throws IOException {
        flows();

        JsonNode flows = plan("{name: web, vip: 203.0.113.10, protocol: tcp, ports: 80, " + backends + "}")
                .get("services")
                .get(0)
                .get("flows");

        assertThat(flows.toString()).isEqualTo("{\"stay\":%d,\"move\":%d,\"end\":%d}".formatted(stay, move, end));
    }

    private void flows() {
        rig.dataPath.flows.add(ControlRig.flow(40_001, 1));
        rig.dataPath.flows.add(ControlRig.flow(40_002, 1));
        rig.dataPath.flows.add(ControlRig.flow(40_003, 3));
        rig.dataPath.flows.add(ControlRig.flow("198.51.100.10", 40_004, "web", 3, "closed", 0));
        // of no backend that is known, and of another protocol: they have no server that they could lose
        rig.dataPath.flows.add(ControlRig.flow(40_005, 99));
        rig.dataPath.flows.add(ControlRig.flow("198.51.100.10", 40_006, "web", 1, "udp", 0));
    }

    @Test
    void shouldTellTheFlowsOfAServiceThatGoesOrGivesItsPortAway() throws IOException {
        flows();

        assertThat(plan().get("flows").toString()).isEqualTo("{\"stay\":0,\"move\":0,\"end\":3}");
        assertThat(plan(web("81", B1)).get("flows").get("end").asInt()).isEqualTo(3);
        JsonNode split = plan(
                web("443", B1),
                "{name: plain, vip: 203.0.113.10, protocol: tcp, ports: 80, backends: [{name: x, address: 10.2.0.11}]}");
        assertThat(split.get("flows").toString()).isEqualTo("{\"stay\":3,\"move\":0,\"end\":0}");
        JsonNode onePacket = plan("{name: web, vip: 203.0.113.10, protocol: udp, ports: 80, onePacket: true}");
        assertThat(onePacket.get("flows").get("end").asInt()).isEqualTo(3);
    }

    @Test
    void shouldNotCountWhatHasLostItsBackendBefore() throws IOException {
        flows();
        rig.http.send("PATCH", "/v1/services/web/backends/b1", "{\"state\": \"disabled\"}");

        assertThat(plan().get("flows").get("end").asInt()).isEqualTo(1);
    }

    @Test
    void shouldRefuseWhatApplyRefusesInTheSameWords() throws IOException {
        for (String wrong : List.of("services: [{name: web}]", file(WEB, WEB), "services: {", "servcies: []")) {
            UnixHttp.Reply plan = rig.http.send("POST", "/v1/configuration/plan?source=s.yaml", wrong);
            UnixHttp.Reply apply = rig.http.send("PUT", "/v1/configuration?source=s.yaml", wrong);
            assertThat(plan.body()).isEqualTo(apply.body());
            assertThat(plan.status()).isEqualTo(apply.status()).isGreaterThanOrEqualTo(400);
        }
        rig.dataPath.nextCheck = new Refusal("backend 'b1'", "no route", "add one");
        UnixHttp.Reply plan = rig.http.send("POST", "/v1/configuration/plan", file(web("80", B1)));
        assertThat(line(plan)).isEqualTo("backend 'b1': no route; add one");
    }

    @Test
    void shouldChangeNothing() throws IOException {
        Path saved = directory.resolve("state/services.json");
        String before = Files.readString(saved);
        int published = rig.dataPath.published.size();

        plan(web("443", B3));

        assertThat(Files.readString(saved)).isEqualTo(before);
        assertThat(rig.dataPath.published).hasSize(published);
        assertThat(json(rig.http.get("/v1/history"))).hasSize(1);
    }
}
