package dev.trigon.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is copied to a real server, as Maven has just packed it. */
class DistributionIT {
    private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();
    private static final Path UNPACKED = Path.of("target", "trigon-agent").toAbsolutePath();

    @Test
    void shouldHoldOnlyWhatAgentNeeds() throws IOException {
        try (Stream<Path> jars = Files.list(UNPACKED.resolve("lib"))) {
            assertThat(jars.map(jar -> jar.getFileName().toString().replaceFirst("-[0-9].*", "")))
                    .containsExactlyInAnyOrder(
                            "vip-agent.jar",
                            "linux-sys",
                            "jna",
                            "picocli",
                            "slf4j-api",
                            "logback-classic",
                            "logback-core",
                            "jspecify");
        }
    }

    @Test
    void shouldStartFromCheckoutAndFromDistribution() throws Exception {
        for (Path launcher : List.of(CHECKOUT.resolve("scripts/vip-agent"), UNPACKED.resolve("bin/vip-agent"))) {
            assertThat(output(launcher, "--version")).as("%s", launcher).matches("exit 0: vip-agent [0-9][^\\n]*\\n");
            // loads JNA's library, which a JVM may warn of
            assertThat(output(launcher, "status", "--state", "/nowhere/to/be/found"))
                    .as("%s", launcher)
                    .matches("exit 1: [^\\n]*\\n");
        }
    }

    @Test
    void shouldSayWhenNothingIsBuilt() throws Exception {
        Path elsewhere = Files.createTempDirectory("trigon");
        Path launcher = Files.copy(CHECKOUT.resolve("scripts/vip-agent"), elsewhere.resolve("vip-agent"));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        try {
            assertThat(output(launcher, "--version"))
                    .startsWith("exit 1: vip-agent: nothing built yet: ")
                    .endsWith("; run scripts/build or mvn package\n");
        } finally {
            Files.delete(launcher);
            Files.delete(elsewhere);
        }
    }

    private static String output(Path launcher, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments))
                        .toList())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return "exit " + process.waitFor() + ": " + text;
    }
}
