package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's distribution, as Maven has just packed it, where nobody built an archive of classes yet. */
class DistributionIT {
    private static final Path BUILT = Path.of("target", "trigon-gateway").toAbsolutePath();

    @TempDir
    Path unpacked;

    @BeforeEach
    void unpack() throws Exception {
        run("cp", "-a", BUILT + "/.", unpacked.toString());
        for (Path archive : archives()) {
            Files.delete(archive);
        }
    }

    @AfterEach
    void shouldLeaveNothingHalfDone() throws IOException {
        assertThat(archives()).allMatch(archive -> archive.toString().endsWith(".jsa"));
    }

    /** One of another JVM, or one that is cut short or no archive at all: passed over without a word. */
    @ParameterizedTest
    @ValueSource(strings = {"vipctl", "vipd"})
    void shouldUseAnArchiveOfItsOwnAndNoOther(String program) throws Exception {
        assumeThat(program.equals("vipctl") || run("id", "-u").equals("0\n"))
                .as("a vipd runs for its archive, which needs root")
                .isTrue();
        String bin = unpacked.resolve("bin/" + program).toString();
        String version = run(bin, "--version");
        assertThat(run(bin + "-archive")).isEmpty();
        assertThat(archives()).hasSize(1);
        assertThat(run(bin, "--version"))
                .isEqualTo(version)
                .startsWith(program + " ")
                .hasLineCount(1);

        Path archive = archives().get(0);
        byte[] whole = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
        assertThat(run(bin, "--version")).isEqualTo(version);
        Files.writeString(archive, "no archive");
        assertThat(run(bin, "--version")).isEqualTo(version);
    }

    private List<Path> archives() throws IOException {
        try (Stream<Path> files = Files.list(unpacked.resolve("lib"))) {
            return files.filter(file -> file.toString().contains(".jsa")).toList();
        }
    }

    private static String run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }
}
