package dev.trigon.dataplane.control;

import static dev.trigon.dataplane.control.ControlRig.MAPPER;
import static dev.trigon.dataplane.control.ControlRig.WEB;
import static dev.trigon.dataplane.control.ControlRig.assertError;
import static dev.trigon.dataplane.control.ControlRig.json;
import static dev.trigon.dataplane.control.ControlRig.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlServerTest {
    @TempDir
    Path directory;

    private final FakeDataPath dataPath = new FakeDataPath();
    private Path socket;
    private StateDirectory state;
    private ControlServer server;
    private UnixHttp http;

    @BeforeEach
    void start() throws Refusal {
        socket = directory.resolve("run/vipd.sock");
        state = StateDirectory.open(directory.resolve("state"));
        server = start(socket);
        http = new UnixHttp(socket);
    }

    private ControlServer start(Path at) throws Refusal {
        return ControlServer.start(at, ServiceRegistry.open(state, dataPath), dataPath, "1.2.3", () -> 42);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        state.close();
    }

    @Test
    void shouldBeRootsAloneAndLeaveNothingElseBesideIt() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        try (Stream<Path> beside = Files.list(socket.getParent())) {
            assertThat(beside).containsExactly(socket);
        }
    }

    @Test
    void shouldRemoveTheSocketWhenStopped() {
        server.close();
        assertThat(socket).doesNotExist();
    }

    @Test
    void shouldRefuseASecondOnALiveSocketAndLeaveTheFirstAtWork() throws IOException {
        assertThatThrownBy(() -> start(socket))
                .isInstanceOf(Refusal.class)
                .hasMessage("control socket " + socket
                        + ": another vipd runs here; stop that one, or give this one a socket of its own");
        assertThat(http.get("/v1/status").status()).isEqualTo(200);
    }

    @Test
    void shouldReplaceTheSocketOfADeadVipd() throws Exception {
        Path stale = directory.resolve("stale.sock");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(stale));
        }
        assertThat(stale).exists();
        try (ControlServer second = start(stale)) {
            assertThat(new UnixHttp(stale).get("/v1/status").status()).isEqualTo(200);
            assertThat(second).isNotNull();
        }
    }

    @Test
    void shouldNotReplaceAFileThatIsNoSocket() throws IOException {
        Path file = Files.writeString(directory.resolve("precious"), "text");
        assertThatThrownBy(() -> start(file))
                .hasMessage("control socket " + file
                        + ": there is a file that is no socket; move it away, or give another path");
        assertThat(file).hasContent("text");
    }

    @Test
    void shouldRefuseAPathTooLongForASocket() {
        Path deep = Path.of("/tmp/" + "d".repeat(95) + "/vipd.sock");
        assertThatThrownBy(() -> start(deep))
                .hasMessageContaining("octets too long for a socket; choose a shorter one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/flows?limit=%zz", "/v1/flows?limit=%", "/v1/explain?protocol=%c3%28", "/v1/flows?%ff=1"})
    void shouldRefuseAQueryThatCannotBeDecoded(String path) throws IOException {
        UnixHttp.Reply reply = http.get(path);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(json(reply).get("error").get("what").asText()).isEqualTo("the request");
    }

    @Test
    void shouldTellItsStatus() throws IOException {
        assertThat(json(http.get("/v1/status"))).isEqualTo(MAPPER.readTree("""
                                {"version": "1.2.3", "uptimeSeconds": 42, "engine": "pcap",
                                 "engineReason": "chosen in vipd.yaml", "interfaces": ["eth0"],
                                 "arms": [{"interface": "eth0", "engine": "pcap", "mode": null,
                                           "reason": "chosen in vipd.yaml", "workers": 1, "state": "up", "why": null}],
                                 "workers": 1, "services": 0, "revision": 0, "pending": null,
                                 "activeFlows": 0, "maxFlows": 1048576, "allocatedBytes": 0, "stateFault": null}
                                """));
    }

    @Test
    void shouldTellCountersThatAddUp() throws IOException {
        JsonNode counters = json(http.get("/v1/counters"));
        long dropped = counters.get("dropped").get("truncated").asLong()
                + counters.get("dropped").get("no-backend").asLong();
        assertThat(counters.get("received").asLong())
                .isEqualTo(counters.get("forwarded").asLong()
                        + counters.get("answered").asLong()
                        + counters.get("passed").asLong()
                        + counters.get("waiting").asLong()
                        + dropped);
        assertThat(counters.get("other").get("kernelDropped").asLong()).isEqualTo(5);
    }

    @Test
    void shouldAddAServiceAndShowIt() throws IOException {
        UnixHttp.Reply added = http.send("POST", "/v1/services", WEB);
        assertThat(added.status()).isEqualTo(201);
        JsonNode expected = MAPPER.readTree("""
                {"name": "web", "vip": "203.0.113.10", "protocol": "tcp", "ports": [80, "8000-8100"], "forward": "l2dsr",
                 "dscp": null, "scheduler": "maglev", "affinity": null, "timeouts": null, "onePacket": false,
                 "whenDown": "reset", "whenAllDown": "open", "slowStart": null, "passive": null,
                 "handshakeSeconds": 30, "health": null, "backends": [
                 {"service": "web", "name": "b1", "address": "10.2.0.11", "weight": 100, "state": "up",
                  "activeFlows": 1, "packets": 10, "bytes": 1536},
                 {"service": "web", "name": "b2", "address": "10.2.0.12", "weight": 0, "state": "up",
                  "activeFlows": 2, "packets": 20, "bytes": 3072}]}
                """);
        assertThat(json(added)).isEqualTo(expected);
        assertThat(added.head()).contains("Location: /v1/services/web\r\n", "ETag: \"1\"");
        assertThat(json(http.get("/v1/services/web"))).isEqualTo(expected);
        assertThat(json(http.get("/v1/services")).get(0)).isEqualTo(expected);
        assertThat(dataPath.inForce()).hasSize(1);
    }

    @Test
    void shouldChangeAndRemoveServicesAndBackends() throws IOException {
        http.send("POST", "/v1/services", WEB);
        JsonNode l3 = json(http.send("PATCH", "/v1/services/web", "{\"forward\": \"l3dsr\", \"ports\": \"any\"}"));
        assertThat(l3.get("dscp").asInt()).isEqualTo(3);
        assertThat(l3.get("ports")).isEqualTo(MAPPER.readTree("[\"any\"]"));

        UnixHttp.Reply added =
                http.send("POST", "/v1/services/web/backends", "{\"name\": \"b3\", \"address\": \"10.2.0.13\"}");
        assertThat(added.status()).isEqualTo(201);
        assertThat(added.head()).contains("Location: /v1/services/web/backends/b3\r\n");
        assertThat(json(http.get("/v1/services/web/backends/b3"))).isEqualTo(json(added));
        assertError(http.get("/v1/services/web/backends/b4"), 404, "backend 'b4' of service 'web'");
        assertThat(json(http.send("PATCH", "/v1/services/web/backends/b3", "{\"weight\": 7}"))
                        .get("weight")
                        .asInt())
                .isEqualTo(7);
        dataPath.activeFlows.put(1, 0L);
        assertThat(http.send("DELETE", "/v1/services/web/backends/b1", "").status())
                .isEqualTo(200);
        assertThat(json(http.get("/v1/backends")).findValuesAsText("name")).containsExactly("b2", "b3");
        assertThat(json(http.get("/v1/services/web/backends"))).hasSize(2);
        assertThat(http.send("DELETE", "/v1/services/web", "").status()).isEqualTo(200);
        assertThat(json(http.get("/v1/services"))).isEmpty();
    }

    @Test
    void shouldApplyWhatItExportsAndChangeNothingByIt() throws IOException {
        http.send("POST", "/v1/services", WEB);
        int publications = dataPath.published.size();
        UnixHttp.Reply exported = http.get("/v1/configuration");
        JsonNode applied = json(http.send("PUT", "/v1/configuration", exported.body()));
        assertThat(applied)
                .isEqualTo(MAPPER.readTree(
                        "{\"added\":[],\"changed\":[],\"removed\":[],\"unchanged\":[\"web\"],\"revision\":1}"));
        assertThat(dataPath.published).hasSize(publications);
        assertThat(http.get("/v1/configuration").body()).isEqualTo(exported.body());
    }

    /** One that is misspelt would be missed otherwise: this change would not go back by itself. */
    @Test
    void shouldRefuseAParameterThatNobodyReads() throws IOException {
        http.send("POST", "/v1/services", WEB);
        UnixHttp.Reply refused = http.send("PUT", "/v1/configuration?confirmwithin=60s", "services: []");
        assertError(refused, 400, "the request");
        assertThat(line(refused))
                .isEqualTo("the request: unknown parameter 'confirmwithin'; known here: source, confirmWithin");
        assertThat(line(http.get("/v1/status?x"))).isEqualTo("the request: unknown parameter 'x'; none is known here");
        assertThat(json(http.get("/v1/services"))).hasSize(1);
    }

    @Test
    void shouldNameFileAndLineWhenAConfigurationIsRefused() throws IOException {
        UnixHttp.Reply refused =
                http.send("PUT", "/v1/configuration?source=services.yaml", "services:\n  - name: web\n    vpi: 1\n");
        assertThat(refused.status()).isEqualTo(400);
        JsonNode error = json(refused).get("error");
        assertThat(error.get("what").asText()).isEqualTo("services.yaml line 3");
        assertThat(error.get("why").asText()).isEqualTo("unknown key 'vpi'");
        assertThat(error.get("remedy").asText()).startsWith("known here: name, vip, ");
    }

    @Test
    void shouldAnswerWithTheStatusThatFitsTheRefusal() throws IOException {
        http.send("POST", "/v1/services", WEB);
        assertError(http.send("POST", "/v1/services", WEB), 409, "service 'web'");
        assertError(http.send("POST", "/v1/services", "{\"name\": 7}"), 400, "new service, field 'name'");
        assertError(http.send("POST", "/v1/services", "{\"name\": "), 400, "new service");
        assertError(http.send("PATCH", "/v1/services/web", "{\"dscp\": 64}"), 422, "service 'web', field 'dscp'");
        assertError(http.send("DELETE", "/v1/services/mail", ""), 404, "service 'mail'");
        assertError(http.send("DELETE", "/v1/services/web/backends/b9", ""), 404, "backend 'b9' of service 'web'");
        assertError(http.get("/v1/nothing"), 404, "the request");
        assertError(http.get("/"), 404, "the request");
        assertError(http.raw("OPTIONS # HTTP/1.1\r\nHost: vipd\r\nConnection: close\r\n\r\n"), 404, "the request");
        assertError(http.raw("OPTIONS * HTTP/1.1\r\nHost: vipd\r\nConnection: close\r\n\r\n"), 404, "the request");
        assertError(http.send("POST", "/v1/status", ""), 405, "the request");
        assertError(http.get("/v1/flows?limit=x"), 400, "the request");
        assertError(http.get("/v1/explain?protocol=tcp"), 400, "the request");
        assertError(
                http.raw("POST /v1/services HTTP/1.1\r\nHost: vipd\r\nContent-Length: 4194305\r\n\r\n"),
                413,
                "the request");
        assertError(http.raw("BROKEN\r\n\r\n"), 400, "the request");
    }

    @Test
    void shouldBoundARequestThatDoesNotSayItsLength() throws IOException {
        String chunk = "200000\r\n" + " ".repeat(0x200000) + "\r\n";
        String head = String.join(
                "\r\n",
                "POST /v1/services HTTP/1.1",
                "Host: vipd",
                "Connection: close",
                "Transfer-Encoding: chunked",
                "",
                "");
        assertError(http.raw(head + chunk + chunk + "1\r\n \r\n0\r\n\r\n"), 413, "the request");
        assertError(http.raw(head + "2\r\n{}\r\n0\r\n\r\n"), 400, "new service");
    }

    @Test
    void shouldAnswerWhileOthersSayNothingOrStopHalfway() throws IOException {
        List<SocketChannel> others = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                others.add(other);
                if (i % 2 == 0) {
                    other.write(ByteBuffer.wrap("POST /v1/services HTTP/1.1\r\nHost: vipd\r\nContent-Length: 9\r\n\r\n{"
                            .getBytes(StandardCharsets.US_ASCII)));
                }
            }
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> assertThat(http.get("/v1/status").status()).isEqualTo(200));
        } finally {
            for (SocketChannel other : others) {
                other.close();
            }
        }
    }

    @Test
    void shouldAnswerAFaultOfItsOwnWithoutAStackTrace() throws IOException {
        dataPath.nextPublish = new IllegalStateException("secret detail");
        UnixHttp.Reply reply = http.send("POST", "/v1/services", WEB);
        assertError(reply, 500, "the request");
        assertThat(reply.body()).doesNotContain("secret detail").doesNotContain("\\tat ");
        assertThat(json(http.get("/v1/services"))).isEmpty();
        assertThat(http.send("POST", "/v1/services", WEB).status()).isEqualTo(201);
    }

    @Test
    void shouldSayWhatCountersMeanWhenAskedAlone() throws IOException {
        assertThat(json(http.get("/v1/counters"))).isEqualTo(MAPPER.readTree("""
                                {"received": 1234570, "forwarded": 1234567, "answered": 1, "passed": 0, "waiting": 0,
                                 "dropped": {"truncated": 2, "no-backend": 0}, "other": {"kernelDropped": 5}}
                                """));
        JsonNode meanings = json(http.get("/v1/counters?meanings=true")).get("meanings");
        assertThat(meanings.get("no-backend").asText()).isEqualTo("no backend takes new flows");
        assertThat(json(http.get("/v1/counters?meanings=false")).has("meanings"))
                .isFalse();
        assertError(http.get("/v1/counters?meanings=maybe"), 400, "the request");
    }

    @Test
    void shouldSpeakOfIpv6AsOneWritesIt() throws IOException {
        String web6 = WEB.replace("203.0.113.10", "2001:DB8:F:0:0::10").replace("10.2.0.1", "2001:db8:2:0::1");
        JsonNode service = json(http.send("POST", "/v1/services", web6));
        assertThat(service.get("vip").asText()).isEqualTo("2001:db8:f::10");
        assertThat(service.get("backends").get(0).get("address").asText()).isEqualTo("2001:db8:2::11");
        assertThat(json(http.send("PATCH", "/v1/services/web", "{\"vip\": \"203.0.113.10\"}"))
                        .get("error")
                        .get("why")
                        .asText())
                .isEqualTo("its address 2001:db8:2::11 is IPv6 and VIP 203.0.113.10 is IPv4, and a packet keeps its"
                        + " family");
    }

    /** Names and values are data, whatever they look like; what comes back is one short line. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'; DROP TABLE services; --",
                "\" OR \"\"=\"",
                "$(reboot)",
                "`reboot`",
                "../../../etc/passwd",
                "%s%n%x",
                "${jndi:ldap://203.0.113.1/a}",
                "<script>alert(1)</script>",
                "\u001b[2J\u0007",
                "\u202Egnp.exe",
                "a\nb: c",
            })
    void shouldTakeNonsenseForNonsense(String nonsense) throws IOException {
        for (String text : List.of(nonsense, nonsense.repeat(10_000))) {
            for (String field : List.of("name", "vip", "protocol", "ports", "forward", "scheduler", "backends", text)) {
                ObjectNode service = (ObjectNode) MAPPER.readTree(WEB);
                service.put(field, text);
                UnixHttp.Reply reply = http.send("POST", "/v1/services", MAPPER.writeValueAsString(service));

                assertThat(reply.status()).as(field).isIn(400, 422);
                JsonNode error = json(reply).get("error");
                for (String part : List.of("what", "why", "remedy")) {
                    assertThat(error.get(part).asText())
                            .isNotEmpty()
                            .hasSizeLessThan(1_100)
                            .matches("[^\\p{Cc}\\p{Cf}]+");
                }
            }
        }
        String escaped = URLEncoder.encode(nonsense, StandardCharsets.UTF_8).replace("+", "%20");
        if (!nonsense.contains("/")) {
            assertThat(http.get("/v1/services/" + escaped).status()).isIn(400, 404);
        }
        assertThat(http.get("/v1/flows?limit=" + escaped).status()).isEqualTo(400);
        assertThat(http.get("/v1/explain?client=1&vip=1&protocol=" + escaped).status())
                .isEqualTo(422);
        assertThat(json(http.get("/v1/services"))).isEmpty();
    }
}
