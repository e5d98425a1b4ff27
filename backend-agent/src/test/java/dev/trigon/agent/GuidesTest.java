package dev.trigon.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every line of a document that starts vip-agent is one that it takes. */
class GuidesTest {
    private static final Path HOME = Path.of("..");

    private static List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(HOME.resolve("README.md")));
        try (Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
            for (Path document :
                    docs.filter(it -> it.toString().endsWith(".md")).toList()) {
                lines.addAll(Files.readAllLines(document));
            }
        }
        return lines;
    }

    @Test
    void shouldTakeWhatTheyType() throws IOException {
        List<String> commands = lines().stream()
                .filter(it -> it.startsWith("    "))
                .map(String::strip)
                .filter(it -> it.matches("(sudo )?(scripts/)?vip-agent .*"))
                .toList();

        assertThat(commands).hasSizeGreaterThanOrEqualTo(7);
        for (String command : commands) {
            String[] arguments = command.replaceFirst(".*?vip-agent ", "").split(" +");
            assertThatCode(() -> VipAgent.commandLine().parseArgs(arguments))
                    .as(command)
                    .doesNotThrowAnyException();
        }
    }
}
