package dev.trigon.dataplane.control;

import static dev.trigon.dataplane.control.ControlRig.MAPPER;
import static dev.trigon.dataplane.control.ControlRig.WEB;
import static dev.trigon.dataplane.control.ControlRig.assertError;
import static dev.trigon.dataplane.control.ControlRig.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainTest {
    @TempDir
    Path directory;

    private ControlRig rig;

    @BeforeEach
    void start() throws Refusal {
        rig = ControlRig.start(directory);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void shouldExplain() throws IOException {
        rig.http.send("POST", "/v1/services", WEB);
        rig.dataPath.explanation = new DataPath.Explanation("web", 2, "hash", null);
        assertThat(json(rig.http.get("/v1/explain?protocol=tcp&client=198.51.100.10:40000&vip=203.0.113.10:80")))
                .isEqualTo(MAPPER.readTree("""
                                {"protocol": "tcp", "client": "198.51.100.10:40000", "vip": "203.0.113.10:80",
                                 "service": "web", "backend": "b2", "address": "10.2.0.12", "reason": "hash",
                                 "nextHop": null, "before": null, "after": null}
                                """));
    }

    @Test
    void shouldExplainInIpv6() throws IOException {
        String web6 = WEB.replace("203.0.113.10", "2001:db8:f::10").replace("10.2.0.1", "2001:db8:2::1");
        rig.http.send("POST", "/v1/services", web6);
        rig.dataPath.explanation = new DataPath.Explanation("web", 2, "hash", null);
        assertThat(json(rig.http.get(
                        "/v1/explain?protocol=udp&client=%5B2001:DB8:C:0::10%5D:40000&vip=%5b2001:db8:f::10%5d:80")))
                .isEqualTo(MAPPER.readTree("""
                                {"protocol": "udp", "client": "[2001:db8:c::10]:40000", "vip": "[2001:db8:f::10]:80",
                                 "service": "web", "backend": "b2", "address": "2001:db8:2::12", "reason": "hash",
                                 "nextHop": null, "before": null, "after": null}
                                """));
    }

    @Test
    void shouldSayMoreWhereThereIsMore() throws IOException {
        rig.http.send("POST", "/v1/services", WEB);
        rig.http.send("DELETE", "/v1/services/web/backends/b1", "");
        rig.dataPath.explanation = new DataPath.Explanation("web", 1, "flow", "established, idle 3s; b1 drains");
        JsonNode found = json(rig.http.get("/v1/explain?protocol=tcp&client=198.51.100.10:40000&vip=203.0.113.10:80"));
        assertThat(found.get("backend").asText()).isEqualTo("b1");
        assertThat(found.get("detail").asText()).isEqualTo("established, idle 3s; b1 drains");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "198.51.100.10",
                "198.51.100.10:",
                "198.51.100.10:65536",
                "198.51.100.10:99999999999",
                "198.51.100.10:-1",
                "198.51.100.10:80:80",
                "198.51.100.256:80",
                "example.com:80",
                "2001:db8:c::10:40000",
                "2001:db8:c::10",
                "[2001:db8:c::10]",
                "[2001:db8:c::10]:",
                "[2001:db8:c::10]40000",
                "[2001:db8:c::10%eth0]:40000",
                "[::ffff:198.51.100.10]:40000",
                "[198.51.100.10]:40000",
                "[2001:db8:c::10:40000",
                "2001:db8:c::10]:40000",
                "198.51.100.10:80' OR '1'='1",
                "../../etc/passwd",
            })
    void shouldExplainOnlyWhatIsAnAddressAndAPort(String client) throws IOException {
        String query = URLEncoder.encode(client, StandardCharsets.UTF_8);
        UnixHttp.Reply reply = rig.http.get("/v1/explain?protocol=tcp&vip=203.0.113.10:80&client=" + query);

        assertThat(reply.status()).isIn(400, 422);
        assertThat(json(reply).get("error").get("why").asText()).startsWith("'client' is ");
    }

    @Test
    void shouldExplainNoPacketOfTwoFamilies() throws IOException {
        UnixHttp.Reply reply =
                rig.http.get("/v1/explain?protocol=tcp&client=198.51.100.10:1&vip=%5B2001:db8:f::10%5D:80");

        assertError(reply, 422, "explain");
        assertThat(json(reply).get("error").get("why").asText())
                .isEqualTo("the client's address is IPv4 and the VIP's is IPv6");
    }
}
