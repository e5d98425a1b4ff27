package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.net.InetAddresses;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Path;

/** A control server on a socket of its own, with a data path that only says what it is told. */
final class ControlRig implements AutoCloseable {
    static final ObjectMapper MAPPER = new ObjectMapper();
    static final String WEB = """
            {"name": "web", "vip": "203.0.113.10", "protocol": "tcp", "ports": [80, "8000-8100"],
             "backends": [{"name": "b1", "address": "10.2.0.11"}, {"name": "b2", "address": "10.2.0.12", "weight": 0}]}
            """;

    final FakeDataPath dataPath = new FakeDataPath();
    final StateDirectory state;
    final ServiceRegistry registry;
    final UnixHttp http;
    final Path socket;
    private final ControlServer server;

    private ControlRig(Path directory) throws Refusal {
        socket = directory.resolve("run/vipd.sock");
        state = StateDirectory.open(directory.resolve("state"));
        registry = ServiceRegistry.open(state, dataPath);
        server = ControlServer.start(socket, registry, dataPath, "1.2.3", () -> 42);
        http = new UnixHttp(socket);
    }

    static ControlRig start(Path directory) throws Refusal {
        return new ControlRig(directory);
    }

    /** From 198.51.100.10 to port 80 of 203.0.113.10. */
    static DataPath.Flow flow(int clientPort, int backendId) {
        return flow("198.51.100.10", clientPort, "web", backendId, "established", 900);
    }

    static DataPath.Flow flow(String client, int clientPort, String service, int backendId, String state, long octets) {
        boolean ipv4 = client.indexOf(':') < 0;
        return new DataPath.Flow(
                state.equals("udp") ? Protocol.UDP : Protocol.TCP,
                InetAddresses.forString(client),
                clientPort,
                InetAddresses.forString(ipv4 ? "203.0.113.10" : "2001:db8:f::10"),
                80,
                service,
                backendId,
                state,
                3,
                12,
                octets);
    }

    static JsonNode json(UnixHttp.Reply reply) throws IOException {
        return MAPPER.readTree(reply.body());
    }

    static void assertError(UnixHttp.Reply reply, int status, String what) throws IOException {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        JsonNode error = json(reply).get("error");
        assertThat(error.get("what").asText()).isEqualTo(what);
        assertThat(error.get("why").asText()).isNotEmpty();
        assertThat(error.get("remedy").asText()).isNotEmpty();
    }

    /** As an operator reads it. */
    static String line(UnixHttp.Reply reply) throws IOException {
        JsonNode error = json(reply).get("error");
        return error.get("what").asText() + ": " + error.get("why").asText() + "; "
                + error.get("remedy").asText();
    }

    @Override
    public void close() throws IOException {
        server.close();
        state.close();
    }
}
