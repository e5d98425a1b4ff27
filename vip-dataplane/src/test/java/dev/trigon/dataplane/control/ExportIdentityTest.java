package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.trigon.dataplane.api.Configuration;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is exported is what makes it, whatever a service has. */
class ExportIdentityTest {
    private final long seed = System.nanoTime();
    private final RandomServices services = new RandomServices(new Random(seed));

    @Test
    void shouldBeTheSameOnceItIsExportedAndAppliedAgain() throws IOException, Refusal {
        for (int round = 0; round < 500; round++) {
            String file = services.file();
            ServicesState state = ServicesState.EMPTY.with(
                    ServiceReader.services(file.getBytes(StandardCharsets.UTF_8), Source.file("services.yaml")));
            Configuration exported = Views.configuration(state.services());

            assertThat(state.with(ServiceReader.services(Json.octets(exported), Source.file("export.json"))))
                    .as("seed %d:%n%s", seed, file)
                    .isEqualTo(state);
            byte[] yaml = new YAMLMapper().writeValueAsBytes(Json.tree(exported));
            assertThat(state.with(ServiceReader.services(yaml, Source.file("export.yaml"))))
                    .as("seed %d:%n%s", seed, file)
                    .isEqualTo(state);
        }
    }
}
