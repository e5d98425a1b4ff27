package dev.trigon.dataplane.control;

import static dev.trigon.dataplane.control.ControlRig.MAPPER;
import static dev.trigon.dataplane.control.ControlRig.WEB;
import static dev.trigon.dataplane.control.ControlRig.assertError;
import static dev.trigon.dataplane.control.ControlRig.json;
import static dev.trigon.dataplane.control.ControlRig.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator wants of backends, and of the flows of services. */
class BackendStatesTest {
    private static final String B1 = "/v1/services/web/backends/b1";

    @TempDir
    Path directory;

    private ControlRig rig;

    @BeforeEach
    void start() throws Refusal, IOException {
        rig = ControlRig.start(directory);
        rig.http.send("POST", "/v1/services", WEB);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @ParameterizedTest
    @CsvSource({"draining, DRAINING", "disabled, DISABLED", "up, UP"})
    void shouldSetAStateAndTheSameAgainWithoutAChange(String label, BackendState state) throws IOException {
        String body = "{\"state\": \"" + label + "\"}";
        assertThat(json(rig.http.send("PATCH", B1, body)).get("state").asText()).isEqualTo(label);
        int publications = rig.dataPath.published.size();
        assertThat(json(rig.http.send("PATCH", B1, body)).get("state").asText()).isEqualTo(label);

        assertThat(rig.dataPath.published).hasSize(publications);
        assertThat(rig.dataPath.inForce().get(0).backends())
                .extracting(BackendSpec::state)
                .containsExactly(state, BackendState.UP);
        assertThat(rig.dataPath.inForce().get(0).backends().get(0).weight()).isEqualTo(100);
    }

    @Test
    void shouldKeepAStateThroughAWeightAndAnExport() throws IOException {
        rig.http.send("PATCH", B1, "{\"state\": \"draining\"}");
        rig.http.send("PATCH", B1, "{\"weight\": 7}");
        JsonNode entries =
                json(rig.http.get("/v1/configuration")).get("services").get(0).get("backends");
        assertThat(entries).isEqualTo(MAPPER.readTree("""
                [{"name": "b1", "address": "10.2.0.11", "weight": 7, "state": "draining"},
                 {"name": "b2", "address": "10.2.0.12", "weight": 0}]
                """));
    }

    @Test
    void shouldListFormerBackendsWhileFlowsNameThem() throws IOException {
        rig.http.send("DELETE", B1, "");
        JsonNode expected = MAPPER.readTree("""
                {"service": "web", "name": "b1", "address": "10.2.0.11", "weight": 0, "state": "draining",
                 "activeFlows": 1, "packets": 10, "bytes": 1536, "former": true}
                """);
        assertThat(json(rig.http.get("/v1/services/web/backends")).get(1)).isEqualTo(expected);
        assertThat(json(rig.http.get("/v1/services/web/backends")).get(0).has("former"))
                .isFalse();
        assertThat(json(rig.http.get("/v1/services/web")).get("backends")).hasSize(1);
        rig.http.send("DELETE", "/v1/services/web", "");
        assertThat(json(rig.http.get("/v1/backends")).findValuesAsText("name")).containsExactly("b1", "b2");

        rig.dataPath.activeFlows.put(1, 0L);
        assertThat(json(rig.http.get("/v1/backends")).findValuesAsText("name")).containsExactly("b2");
    }

    @Test
    void shouldForceABackendOutAndOneThatDrains() throws IOException {
        assertThat(json(rig.http.send("DELETE", B1 + "?force=true", ""))
                        .get("name")
                        .asText())
                .isEqualTo("b1");
        rig.http.send("DELETE", B1.replace("b1", "b2"), "");
        assertThat(rig.dataPath.former).extracting(FormerBackend::drains).containsExactly(false, true);
        assertThat(json(rig.http.get("/v1/backends")).findValuesAsText("state"))
                .containsExactly("disabled", "draining");

        assertThat(rig.http
                        .send("DELETE", B1.replace("b1", "b2") + "?force=true", "")
                        .status())
                .isEqualTo(200);
        assertThat(rig.http
                        .send("DELETE", B1.replace("b1", "b2") + "?force=true", "")
                        .status())
                .as("again")
                .isEqualTo(200);
        assertThat(rig.dataPath.former).extracting(FormerBackend::drains).containsExactly(false, false);
    }

    @Test
    void shouldRefuseToForceOutWhatIsNotThere() throws IOException {
        assertError(rig.http.send("DELETE", B1 + "?force=maybe", ""), 400, "the request");
        assertError(rig.http.send("DELETE", B1 + "?force=true&force=true", ""), 400, "the request");
        assertError(
                rig.http.send("DELETE", B1.replace("b1", "b9") + "?force=true", ""),
                404,
                "backend 'b9' of service 'web'");
        assertError(
                rig.http.send("PATCH", B1, "{\"state\": \"down\"}"),
                422,
                "backend 'b1' of service 'web', field 'state'");
        assertThat(rig.dataPath.inForce().get(0).backends()).hasSize(2);
    }

    @Test
    void shouldShowAnAffinityAsItsTimeOrAsAll() throws IOException {
        assertThat(patched("{\"affinity\": \"600s\"}").get("affinity").asText()).isEqualTo("10m");
        assertThat(patched("{\"affinity\": {\"prefix\": 24}}").get("affinity"))
                .isEqualTo(MAPPER.readTree("{\"time\": \"10m\", \"prefix\": 24}"));
        assertThat(patched("{\"affinity\": {\"prefix\": 32, \"group\": \"shop\"}}")
                        .get("affinity"))
                .isEqualTo(MAPPER.readTree("{\"time\": \"10m\", \"group\": \"shop\"}"));
        assertThat(patched("{\"affinity\": \"none\"}").get("affinity").isNull()).isTrue();
    }

    /** What is asked, as an entry of a services file, is what is exported. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "affinity":"10m"
        "affinity":{"time":"10m","prefix":24,"prefix6":64,"group":"shop"}
        "timeouts":{"syn":"5s","established":"1h","closing":"1s","closed":"168h"}
        "timeouts":{"established":"90s"}
        "whenDown":"move"
        """)
    void shouldExportWhatIsAskedAndNoMore(String field) throws IOException, Refusal {
        JsonNode asked = MAPPER.readTree("{" + field + "}");
        patched(asked.toString());
        UnixHttp.Reply exported = rig.http.get("/v1/configuration");
        JsonNode entry = json(exported).get("services").get(0);
        String key = asked.fieldNames().next();
        assertThat(entry.get(key)).isEqualTo(asked.get(key));
        for (String other : new String[] {"affinity", "timeouts", "onePacket", "whenDown"}) {
            assertThat(entry.has(other)).as(other).isEqualTo(other.equals(key));
        }
        int publications = rig.dataPath.published.size();
        rig.http.send("PUT", "/v1/configuration", exported.body());
        assertThat(rig.dataPath.published).as("applied again").hasSize(publications);
        assertThat(ServiceRegistry.open(rig.state, new FakeDataPath()).services())
                .as("saved")
                .isEqualTo(rig.registry.services());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"onePacket": true}                                      | service 'web': onePacket places each packet by itself, and the packets of a connection belong to one server; leave onePacket to udp services
        {"protocol": "udp", "onePacket": true, "affinity": "5m"} | service 'web': onePacket remembers nothing, and affinity remembers which client went where; choose one of the two
        {"protocol": "udp", "whenDown": "move"}                  | service 'web': whenDown move is about TCP connections, and udp flows move in any case; set whenDown to reset, which is the default
        {"timeouts": {"udp": "1m"}}                              | service 'web': timeout udp is for udp services, and this one is tcp; leave it out, or set it back to default
        {"protocol": "udp", "timeouts": {"syn": "1m"}}           | service 'web': timeout syn is for tcp services, and this one is udp; leave it out, or set it back to default
        {"protocol": "udp", "timeouts": {"closed": "1m"}}        | service 'web': timeout closed is for tcp services, and this one is udp; leave it out, or set it back to default
        {"affinity": {"prefix": 24}}                             | service 'web': it has no affinity that this could be changed of; give a time too, such as 10m
        """)
    void shouldRefuseWhatDoesNotGoTogether(String patch, String message) throws IOException {
        UnixHttp.Reply reply = rig.http.send("PATCH", "/v1/services/web", patch);
        assertThat(line(reply)).isEqualTo(message);
        assertThat(reply.status()).isEqualTo(422);
    }

    @Test
    void shouldTellClientsOfAGroupApartInOneWay() throws IOException {
        patched("{\"affinity\": {\"time\": \"10m\", \"prefix\": 24, \"group\": \"shop\"}}");
        String other = WEB.replace("\"web\"", "\"other\"").replace("203.0.113.10", "203.0.113.11");
        UnixHttp.Reply reply = rig.http.send(
                "POST",
                "/v1/services",
                other.replace("\"ports\"", "\"affinity\": {\"time\": \"1h\", \"group\": \"shop\"}, \"ports\""));
        assertThat(line(reply))
                .isEqualTo(
                        "service 'other': in affinity group 'shop' it tells clients apart by /32 and /128, and service"
                                + " 'web' by /24 and /128; give every service of a group the same prefix and prefix6");
        assertThat(reply.status()).isEqualTo(409);
    }

    @Test
    void shouldRememberClientsOfAGroupForOneTime() throws IOException {
        patched("{\"affinity\": {\"time\": \"10m\", \"group\": \"shop\"}}");
        String other = WEB.replace("\"web\"", "\"other\"")
                .replace("203.0.113.10", "203.0.113.11")
                .replace("\"ports\"", "\"affinity\": {\"time\": \"1h\", \"group\": \"shop\"}, \"ports\"");
        UnixHttp.Reply reply = rig.http.send("POST", "/v1/services", other);
        assertThat(line(reply))
                .isEqualTo(
                        "service 'other': in affinity group 'shop' it remembers clients for 1h, and service 'web' for"
                                + " 10m; give every service of a group the same time");
        assertThat(reply.status()).isEqualTo(409);
        assertThat(rig.http
                        .send("POST", "/v1/services", other.replace("1h", "600s"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void shouldPlaceEachDatagramByItselfWhereAsked() throws IOException, Refusal {
        JsonNode udp = patched("{\"protocol\": \"udp\", \"onePacket\": true}");
        assertThat(udp.get("onePacket").asBoolean()).isTrue();
        assertThat(udp.get("whenDown").isNull()).isTrue();
        assertThat(rig.dataPath.inForce().get(0).flows().onePacket()).isTrue();
        assertThat(patched("{\"onePacket\": false}").get("onePacket").asBoolean())
                .isFalse();
    }

    private JsonNode patched(String patch) throws IOException {
        UnixHttp.Reply reply = rig.http.send("PATCH", "/v1/services/web", patch);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return json(reply);
    }
}
