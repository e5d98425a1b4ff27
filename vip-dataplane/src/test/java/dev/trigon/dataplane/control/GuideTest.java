package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.config.VipdConfigFile;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the guides show is taken as it stands there. */
class GuideTest {
    private static final Path SERVICES = Path.of("..", "docs", "services.md");
    private static final Path HEALTH = Path.of("..", "docs", "health.md");
    private static final Path PACKETS = Path.of("..", "docs", "packets.md");

    /** The indented block that begins with this line. */
    private static String block(Path guide, String firstLine) throws IOException {
        Pattern block = Pattern.compile("^    " + firstLine + "\\n(?: {4}.*\\n)*", Pattern.MULTILINE);
        Matcher found = block.matcher(Files.readString(guide));
        assertThat(found.find()).as(firstLine).isTrue();
        return found.group().replaceAll("(?m)^ {4}", "");
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldTakeItsServicesFile() throws IOException, Refusal {
        ServicesState state = ServicesState.EMPTY.with(
                ServiceReader.services(octets(block(SERVICES, "services:")), Source.file("services.md")));

        assertThat(state.services()).extracting(ServiceSpec::name).containsExactly("web", "web6", "dns6", "games");
        assertThat(state.services()).extracting(ServiceSpec::dscp).containsExactly(0, 0, 0, 7);
    }

    @Test
    void shouldTakeItsHealthChecks() throws IOException, Refusal {
        assertThat(ServiceReader.services(octets(block(HEALTH, "services:")), Source.file("health.md")))
                .singleElement()
                .extracting(ServiceDraft::health)
                .isEqualTo(HealthSpec.of(new HealthProbe.Tcp()));
        for (String line : block(HEALTH, "health: tcp").lines().toList()) {
            String service = "name: web\nvip: 203.0.113.10\nprotocol: tcp\nports: 80\n" + line;
            assertThat(ServiceReader.service(octets(service), Source.file("health.md"))
                            .health())
                    .as(line)
                    .isNotNull();
        }
    }

    @Test
    void shouldTakeItsSettings() throws IOException, Refusal {
        VipdConfig settings = VipdConfigFile.parse(octets(block(SERVICES, "interfaces: \\[eth0]")), "services.md");

        assertThat(settings.icmp()).isEqualTo(VipdConfig.Icmp.DEFAULT);
    }

    @Test
    void shouldTakeItsTraceAndItsFaults() throws IOException, Refusal {
        String shown = block(PACKETS, "trace: .*") + block(PACKETS, "faults: .*");

        VipdConfig settings = VipdConfigFile.parse(octets("interfaces: [eth0]\n" + shown), "packets.md");

        assertThat(settings.trace()).isNotNull();
        assertThat(settings.faults()).isNotNull();
    }

    @Test
    void shouldNameNoCounterThatIsNotThere() throws IOException {
        String counters = Files.readString(Path.of("..", "docs", "counters.md"));
        Matcher named = Pattern.compile("`([a-z]+(?:-[a-z]+)*)`").matcher(Files.readString(PACKETS));

        assertThat(named.results().map(it -> it.group(1)).distinct())
                .hasSizeGreaterThan(10)
                .allSatisfy(it -> assertThat(counters).contains("| `" + it + "` |"));
    }
}
