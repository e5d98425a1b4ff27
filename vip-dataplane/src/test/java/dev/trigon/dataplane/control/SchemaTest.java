package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schema says what the reader does. */
class SchemaTest {
    private static final Path FILE = Path.of("..", "docs", "services.schema.json");
    private static final String KNOWN = "known here: ";

    private static Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(FILE));
    }

    private static boolean isValid(String yaml) throws IOException {
        JsonNode document = new YAMLMapper().readTree(yaml);
        return schema().validate(document.toString(), InputFormat.JSON).isEmpty();
    }

    private static boolean isTaken(String yaml) {
        return catchThrowable(() -> ServiceReader.services(yaml.getBytes(StandardCharsets.UTF_8), Source.file("f")))
                == null;
    }

    /** Where in the schema, and a file with a key there that nobody knows: the refusal names those that the reader knows. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /properties                                        | {x: 1}
        /$defs/service/properties                          | services: [{x: 1}]
        /$defs/backend/properties                          | services: [{name: a, vip: 203.0.113.1, protocol: tcp, ports: 1, backends: [{x: 1}]}]
        /$defs/timeouts/properties                         | services: [{name: a, vip: 203.0.113.1, protocol: tcp, ports: 1, timeouts: {x: 1}}]
        /$defs/affinity/properties                         | services: [{name: a, vip: 203.0.113.1, protocol: tcp, ports: 1, affinity: {x: 1}}]
        /$defs/health/properties                           | services: [{name: a, vip: 203.0.113.1, protocol: tcp, ports: 1, health: {x: 1}}]
        /$defs/passive/properties                          | services: [{name: a, vip: 203.0.113.1, protocol: tcp, ports: 1, passive: {x: 1}}]
        """)
    void shouldHaveTheReadersKeys(String pointer, String file) throws IOException {
        Throwable refusal =
                catchThrowable(() -> ServiceReader.services(file.getBytes(StandardCharsets.UTF_8), Source.file("f")));
        String message = String.valueOf(refusal.getMessage());
        TreeSet<String> keys = new TreeSet<>();
        new ObjectMapper()
                .readTree(Files.readString(FILE))
                .at(pointer)
                .fieldNames()
                .forEachRemaining(keys::add);

        assertThat(message).contains(KNOWN);
        assertThat(keys)
                .containsExactlyInAnyOrder(message.substring(message.indexOf(KNOWN) + KNOWN.length())
                        .split(", "));
    }

    @Test
    void shouldTakeWhateverTheReaderTakes() throws IOException {
        long seed = System.nanoTime();
        RandomServices services = new RandomServices(new Random(seed));
        Schema schema = schema();
        for (int i = 0; i < 300; i++) {
            String file = services.file();
            String json = new YAMLMapper().readTree(file).toString();
            assertThat(schema.validate(json, InputFormat.JSON))
                    .as("seed %d:%n%s", seed, file)
                    .isEmpty();
        }
    }

    @Test
    void shouldTakeTheGuides() throws IOException {
        String guide = Files.readString(Path.of("..", "docs", "services.md"));
        String file = guide.substring(guide.indexOf("    services:"), guide.indexOf("    vipctl apply"));
        assertThat(isValid(file)).isTrue();
    }

    /** Of one service, what the reader refuses and what it takes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "name: Web",
                "name: 7",
                "vip: web.example",
                "vip: 203.0.113.0/24",
                "protocol: sctp",
                "ports: []",
                "ports: 0",
                "ports: 65536",
                "ports: http",
                "ports: [80, {}]",
                "ports: ' 80, 443'",
                "forward: nat",
                "forward: null",
                "dscp: 0",
                "dscp: 64",
                "scheduler: random",
                "affinity: 10",
                "affinity: {prefix: 24}",
                "affinity: {time: 10m, prefix: 33}",
                "affinity: {time: 10m, prefix: 0, group: null}",
                "affinity: null",
                "timeouts: {syn: 10}",
                "timeouts: {syn: null}",
                "timeouts: 5s",
                "onePacket: 1",
                "whenDown: never",
                "backends: {}",
                "backends: null",
                "backends: [{name: b1}]",
                "backends: [{name: b1, address: 10.2.0.11, weight: -1}]",
                "backends: [{name: b1, address: 10.2.0.11, weight: 65536}]",
                "backends: [{name: b1, address: 10.2.0.11, weight: null, state: null}]",
                "backends: [{name: b1, address: 10.2.0.11, state: down}]",
                "backends: [{name: b1, address: 10.2.0.11, port: 80}]"
            })
    void shouldTakeAndRefuseWhatTheReaderDoes(String field) throws IOException {
        String key = field.substring(0, field.indexOf(':'));
        StringBuilder service = new StringBuilder(field);
        for (String other : new String[] {"name: web", "vip: 203.0.113.10", "protocol: tcp", "ports: 80"}) {
            if (!other.startsWith(key + ":")) {
                service.append(", ").append(other);
            }
        }
        String file = "services: [{" + service + "}]";
        assertThat(isValid(file)).as(file).isEqualTo(isTaken(file));
    }
}
