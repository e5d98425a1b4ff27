package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.config.VipdConfigFile;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/services.md shows is taken as it stands there. */
class GuideTest {
    private static final Path GUIDE = Path.of("..", "docs", "services.md");

    /** The indented block that begins with this line. */
    private static byte[] block(String firstLine) throws IOException {
        Pattern block = Pattern.compile("^    " + firstLine + "\\n(?: {4}.*\\n)*", Pattern.MULTILINE);
        Matcher found = block.matcher(Files.readString(GUIDE));
        assertThat(found.find()).as(firstLine).isTrue();
        return found.group().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldTakeItsServicesFile() throws IOException, Refusal {
        ServicesState state =
                ServicesState.EMPTY.with(ServiceReader.services(block("services:"), Source.file("services.md")));

        assertThat(state.services()).extracting(ServiceSpec::name).containsExactly("web", "web6", "dns6", "games");
        assertThat(state.services()).extracting(ServiceSpec::dscp).containsExactly(0, 0, 0, 7);
    }

    @Test
    void shouldTakeItsSettings() throws IOException, Refusal {
        VipdConfig settings = VipdConfigFile.parse(block("interfaces: \\[eth0]"), "services.md");

        assertThat(settings.icmp()).isEqualTo(VipdConfig.Icmp.DEFAULT);
    }
}
