package dev.trigon.dataplane.control;

import static dev.trigon.dataplane.control.ControlRig.MAPPER;
import static dev.trigon.dataplane.control.ControlRig.flow;
import static dev.trigon.dataplane.control.ControlRig.json;
import static dev.trigon.dataplane.control.ControlRig.line;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Remembered flows: listed, counted, made unknown. */
class FlowResourcesTest {
    private static final String SERVICES = """
            services:
              - {name: web, vip: 203.0.113.10, protocol: tcp, ports: 80, backends: [
                 {name: b1, address: 10.2.0.11}, {name: b2, address: 10.2.0.12}]}
              - {name: web6, vip: "2001:db8:f::10", protocol: tcp, ports: 80, backends: [
                 {name: b1, address: "2001:db8:2::11"}, {name: c1, address: "2001:db8:2::12"}]}
            """;

    @TempDir
    Path directory;

    private ControlRig rig;

    @BeforeEach
    void start() throws Refusal, IOException {
        rig = ControlRig.start(directory);
        rig.http.send("PUT", "/v1/configuration", SERVICES);
        rig.dataPath.flows.add(flow("198.51.100.10", 1, "web", 1, "established", 900));
        rig.dataPath.flows.add(flow("198.51.100.11", 2, "web", 2, "closing", 700));
        rig.dataPath.flows.add(flow("198.51.101.1", 3, "web", 1, "established", 800));
        rig.dataPath.flows.add(flow("2001:db8:c::10", 4, "web6", 3, "established", 100));
        rig.dataPath.flows.add(flow("2001:db8:c:1::10", 5, "web6", 4, "udp", 200));
        rig.dataPath.flows.add(flow("198.51.100.12", 6, null, 99, "closed", 1_000));
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void shouldListSomeAndSayHowManyThereAre() throws IOException {
        assertThat(json(rig.http.get("/v1/flows/count")))
                .isEqualTo(MAPPER.readTree("{\"active\": 6, \"max\": 1048576}"));
        UnixHttp.Reply one = rig.http.get("/v1/flows?limit=1");
        assertThat(one.head()).contains("Trigon-Active-Flows: 6", "Transfer-Encoding: chunked");
        assertThat(json(one)).isEqualTo(MAPPER.readTree("""
                                [{"protocol": "tcp", "client": "198.51.100.10:1", "vip": "203.0.113.10:80",
                                  "service": "web", "backend": "b1", "state": "established", "idleSeconds": 3,
                                  "packets": 12, "bytes": 900}]
                                """));
        JsonNode all = json(rig.http.get("/v1/flows"));
        assertThat(all).hasSize(6);
        assertThat(all.get(3).get("client").asText()).isEqualTo("[2001:db8:c::10]:4");
        assertThat(all.get(5).get("service").isNull()).isTrue();
        assertThat(all.get(5).get("backend").isNull()).isTrue();
        assertThat(rig.http.get("/v1/flows").body().lines()).as("a flow a line").hasSize(8);
    }

    /** A row: the query, and the ports of the clients that are listed, in their order. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        service=web                              | 1 2 3
        service=web6                             | 4 5
        service=web&backend=b1                   | 1 3
        backend=b2                               | 2
        backend=c1                               | 5
        client=198.51.100.10                     | 1
        client=198.51.100.0/24                   | 1 2 6
        client=0.0.0.0/0                         | 1 2 3 6
        client=2001:db8:c::/64                   | 4
        client=2001:DB8:C::/47                   | 4 5
        state=closing                            | 2
        state=syn                                | ''
        protocol=udp                             | 5
        service=web&state=established&client=198.51.101.0/24 | 3
        limit=0                                  | 1 2 3 4 5 6
        limit=2                                  | 1 2
        limit=16777216                           | 1 2 3 4 5 6
        service=web&limit=2                      | 1 2
        sort=bytes&limit=3                       | 6 1 3
        sort=bytes&limit=100000                  | 6 1 3 2 5 4
        sort=client                              | 1 2 6 3 4 5
        sort=client&service=web&limit=2          | 1 2
        """)
    void shouldListWhatIsAskedFor(String query, String ports) throws IOException {
        UnixHttp.Reply reply = rig.http.get("/v1/flows?" + query);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(clientPorts(json(reply))).isEqualTo(ports);
    }

    @Test
    void shouldSortByIdleTimeAndPackets() throws IOException {
        rig.dataPath.flows.clear();
        for (int i = 1; i <= 3; i++) {
            DataPath.Flow like = flow(i, 1);
            rig.dataPath.flows.add(new DataPath.Flow(
                    like.protocol(), like.client(), i, like.vip(), 80, "web", 1, "established", 10L * i, 30 / i, 1));
        }
        assertThat(clientPorts(json(rig.http.get("/v1/flows?sort=idle&limit=2"))))
                .isEqualTo("3 2");
        assertThat(clientPorts(json(rig.http.get("/v1/flows?sort=packets&limit=2"))))
                .isEqualTo("1 2");
    }

    /** A row: the query, the status, and what is said. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        limit=-1                    | 400 | the request: 'limit' is '-1'; give a whole number from 0 (all of them) to 16777216
        limit=16777217              | 400 | the request: 'limit' is '16777217'; give a whole number from 0 (all of them) to 16777216
        limit=99999999999           | 400 | the request: 'limit' is '99999999999'; give a whole number from 0 (all of them) to 16777216
        limit=1&limit=2             | 400 | the request: the parameter 'limit' is given twice; keep one of them
        service=web&service=web6    | 400 | the request: the parameter 'service' is given twice; keep one of them
        sevrice=web                 | 400 | the request: unknown parameter 'sevrice'; known here: service, backend, client, state, protocol, sort, limit
        tuple=x                     | 400 | the request: unknown parameter 'tuple'; known here: service, backend, client, state, protocol, sort, limit
        sort=age                    | 400 | the request: 'sort' is 'age'; give one of idle, packets, bytes, client
        sort=idle&limit=0           | 422 | the request: to sort all flows they would have to be in memory at once; give a limit of 1 to 100000, or list them in no order
        sort=idle&limit=100001      | 422 | the request: to sort 100001 flows they would have to be in memory at once; give a limit of 1 to 100000, or list them in no order
        client=198.51.100.0/33      | 422 | flows, field 'client': 'client' is '198.51.100.0/33', which is longer than an IPv4 address; give a length of 0 to 32
        client=198.51.100.1/24      | 422 | flows, field 'client': 'client' is '198.51.100.1/24', which has bits set beyond its length; write the network as 198.51.100.0/24, or the address without /24
        client=                     | 422 | flows, field 'client': 'client' is '', which is no address and no prefix; give one such as 198.51.100.10, 198.51.100.0/24 or 2001:db8:c::/64
        state=open                  | 422 | flows, field 'state': 'state' is 'open'; give one of syn, established, closing, udp, closed
        protocol=icmp               | 422 | flows, field 'protocol': 'protocol' is 'icmp'; give one of tcp, udp
        service=mail                | 404 | service 'mail': there is none of that name; see `vipctl service list` for those there are
        service=                    | 404 | service '': there is none of that name; see `vipctl service list` for those there are
        service=web&backend=c1      | 404 | backend 'c1' of service 'web': there is none of that name; see `vipctl backend list web` for those there are
        backend=b9                  | 404 | backend 'b9': no service has one of that name; see `vipctl backend list` for those there are
        backend=b1                  | 422 | backend 'b1': 2 services have one of that name: web, web6; say which with --service
        """)
    void shouldRefuseToList(String query, int status, String message) throws IOException {
        UnixHttp.Reply reply = rig.http.get("/v1/flows?" + query);
        assertThat(line(reply)).isEqualTo(message);
        assertThat(reply.status()).isEqualTo(status);
    }

    @Test
    void shouldNameAFormerBackendAndFindItsFlows() throws IOException {
        rig.http.send("DELETE", "/v1/services/web/backends/b2", "");
        JsonNode flow = json(rig.http.get("/v1/flows?service=web&backend=b2")).get(0);
        assertThat(flow.get("backend").asText()).isEqualTo("b2");

        rig.http.send("DELETE", "/v1/services/web", "");
        rig.dataPath.flows.add(flow("198.51.100.10", 7, null, 1, "established", 1));
        assertThat(clientPorts(json(rig.http.get("/v1/flows?service=web&client=198.51.100.10"))))
                .isEqualTo("1 7");
    }

    /** A flow goes to the heir of the backend it names; that is the one to show. */
    @Test
    void shouldNameTheBackendThatTookOver() throws IOException {
        rig.http.send(
                "PUT",
                "/v1/configuration",
                SERVICES.replace("name: web,", "name: shop,")
                        .replace("ports: 80,", "ports: 81,")
                        .replace(
                                "services:",
                                "services:\n  - {name: web, vip: 203.0.113.10, protocol: tcp, ports: 80, backends: ["
                                        + "{name: new, address: 10.2.0.11}]}"));
        JsonNode flows = json(rig.http.get("/v1/flows?service=web"));
        assertThat(flows.findValuesAsText("backend")).containsExactly("new", "b2", "new");
        assertThat(json(rig.http.get("/v1/flows?service=web&backend=new"))).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        backend | [{"service":"web","backend":"b1","flows":2},{"flows":1},{"service":"web","backend":"b2","flows":1},{"service":"web6","backend":"b1","flows":1},{"service":"web6","backend":"c1","flows":1}]
        service | [{"service":"web","flows":3},{"service":"web6","flows":2},{"flows":1}]
        state   | [{"state":"established","flows":3},{"state":"closed","flows":1},{"state":"closing","flows":1},{"state":"udp","flows":1}]
        """)
    void shouldCountApart(String by, String expected) throws IOException {
        assertThat(json(rig.http.get("/v1/flows/count?by=" + by)))
                .isEqualTo(MAPPER.readTree("{\"active\": 6, \"max\": 1048576, \"by\": " + expected + "}"));
    }

    @Test
    void shouldRefuseToCountByWhatThereIsNot() throws IOException {
        assertThat(line(rig.http.get("/v1/flows/count?by=client")))
                .isEqualTo("the request: 'by' is 'client'; give one of backend, service, state");
        assertThat(line(rig.http.get("/v1/flows/count?service=web")))
                .isEqualTo("the request: unknown parameter 'service'; known here: by");
    }

    /** A row: what is flushed, and the ports of the clients that are left. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"all": true}                                                        | ''
        {"service": "web"}                                                   | 4 5 6
        {"service": "web", "backend": "b1"}                                  | 2 4 5 6
        {"backend": "c1"}                                                    | 1 2 3 4 6
        {"client": "198.51.100.0/24"}                                        | 3 4 5
        {"client": "2001:db8:c::10"}                                         | 1 2 3 5 6
        {"state": "established"}                                             | 2 5 6
        {"protocol": "udp", "all": false}                                    | 1 2 3 4 6
        {"tuple": "tcp 198.51.100.10:1 203.0.113.10:80"}                     | 2 3 4 5 6
        {"tuple": "udp 198.51.100.10:1 203.0.113.10:80"}                     | 1 2 3 4 5 6
        {"tuple": "tcp 198.51.100.10:2 203.0.113.10:80"}                     | 1 2 3 4 5 6
        {"tuple": "tcp [2001:DB8:C::10]:4 [2001:db8:f::10]:80"}              | 1 2 3 5 6
        """)
    void shouldFlush(String body, String left) throws IOException {
        UnixHttp.Reply reply = rig.http.send("POST", "/v1/flows/flush", body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(clientPorts(json(rig.http.get("/v1/flows")))).isEqualTo(left);
        assertThat(json(reply).get("flushed").asInt()).isEqualTo(6 - rig.dataPath.flows.size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {}                                       | 422 | flows: nothing says which flows are meant; name a service, backend, client, state or tuple, or say --all
        ''                                       | 422 | flows: nothing says which flows are meant; name a service, backend, client, state or tuple, or say --all
        {"all": false}                           | 422 | flows: nothing says which flows are meant; name a service, backend, client, state or tuple, or say --all
        {"all": true, "service": "web"}          | 422 | flows: all of them are asked for, and some of them; ask for one of the two
        {"all": "true"}                          | 400 | flows, field 'all': 'all' is the text 'true' where true or false is expected; give one of them
        {"service": "web", "service": "web6"}    | 400 | flows: the key 'service' is given twice; keep one of them
        {"sevrice": "web"}                       | 400 | flows, field 'sevrice': unknown key 'sevrice'; known here: all, service, backend, client, state, protocol, tuple
        {"service": 7}                           | 400 | flows, field 'service': 'service' is the number 7 where text is expected; put text in quotes there
        {"service": "mail"}                      | 404 | service 'mail': there is none of that name; see `vipctl service list` for those there are
        {"backend": "b1"}                        | 422 | backend 'b1': 2 services have one of that name: web, web6; say which with --service
        {"client": "198.51.100.0/40"}            | 422 | flows, field 'client': 'client' is '198.51.100.0/40', which is longer than an IPv4 address; give a length of 0 to 32
        {"tuple": "tcp 198.51.100.10 203.0.113.10:80"} | 422 | flows, field 'tuple': 'tuple' is 'tcp 198.51.100.10 203.0.113.10:80'; give protocol, client and VIP of one family, such as "tcp 198.51.100.10:40000 203.0.113.10:80"
        {"tuple": "tcp 198.51.100.10:1 [2001:db8:f::10]:80"} | 422 | flows, field 'tuple': 'tuple' is 'tcp 198.51.100.10:1 [2001:db8:f::10]:80'; give protocol, client and VIP of one family, such as "tcp 198.51.100.10:40000 203.0.113.10:80"
        {"tuple": ""}                            | 422 | flows, field 'tuple': 'tuple' is ''; give protocol, client and VIP of one family, such as "tcp 198.51.100.10:40000 203.0.113.10:80"
        [                                        | 400 | flows: Unexpected end-of-input: expected close marker for Array (start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 1]); correct the syntax there
        """)
    void shouldRefuseToFlush(String body, int status, String message) throws IOException {
        UnixHttp.Reply reply = rig.http.send("POST", "/v1/flows/flush", body);
        assertThat(line(reply)).isEqualTo(message);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(rig.dataPath.flows).hasSize(6);
    }

    @Test
    void shouldTakeNonsenseForNonsense() throws IOException {
        for (String nonsense :
                List.of("'; DROP TABLE flows; --", "$(reboot)", "\u001b[2J", "../..", "a\nb", "x".repeat(2_000))) {
            String escaped = URLEncoder.encode(nonsense, StandardCharsets.UTF_8);
            for (String key : List.of("service", "backend", "client", "state", "protocol", "sort", "limit")) {
                UnixHttp.Reply reply = rig.http.get("/v1/flows?" + key + "=" + escaped);
                assertThat(reply.status()).as(key).isIn(400, 404, 422);
                assertThat(line(reply)).hasSizeLessThan(3_100).matches("[^\\p{Cc}\\p{Cf}]+");
            }
        }
    }

    private static String clientPorts(JsonNode flows) {
        List<String> ports = new ArrayList<>();
        flows.findValuesAsText("client").forEach(client -> ports.add(client.replaceFirst(".*:", "")));
        return String.join(" ", ports);
    }
}
