package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.cli.imports.KnownToday;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole files from gateways with LVS, the services files that are made of them, and what is said. */
class VipctlImportTest {
    private static final Path INPUTS = Path.of("src", "test", "resources", "imports");

    @TempDir
    Path directory;

    static List<Path> inputs() throws IOException {
        try (Stream<Path> files = Files.walk(INPUTS)) {
            List<Path> inputs = files.filter(it ->
                            it.toString().endsWith(".rules") || it.toString().endsWith(".conf"))
                    .sorted()
                    .toList();
            assertThat(inputs).hasSizeGreaterThanOrEqualTo(16);
            return inputs;
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void shouldPrintWhatCanBeCarriedOverAndSayTheRest(Path input) throws IOException {
        VipctlRig.Run run = vipctl("import", form(input), input.toString());
        assertThat(run.err()).isEqualTo(Files.readString(beside(input, ".said")));
        assertThat(run.out()).isEqualTo(Files.readString(beside(input, ".yaml")));
        assertThat(run.exitCode()).isZero();
    }

    /** But for what vipd is only about to learn, which is taken out first. */
    @ParameterizedTest
    @MethodSource("inputs")
    void shouldPrintWhatVipdTakes(Path input) throws IOException, Refusal {
        Path file = directory.resolve("services.json");
        Files.write(file, KnownToday.of(Files.readAllBytes(beside(input, ".yaml"))));
        try (VipctlRig rig = VipctlRig.start(directory)) {
            VipctlRig.Run run = rig.vipctl("apply -f " + file);
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void shouldPrintNothingWhenStrictAndAnythingIsLost(Path input) throws IOException {
        VipctlRig.Run run = vipctl("import", form(input), "--strict", input.toString());
        boolean lost = Files.readAllLines(beside(input, ".said")).stream().anyMatch(line -> !line.contains(": note: "));
        assertThat(run.exitCode()).isEqualTo(lost ? 1 : 0);
        assertThat(run.out().isEmpty()).isEqualTo(lost);
        if (lost) {
            assertThat(run.err())
                    .startsWith(Files.readString(beside(input, ".said")))
                    .endsWith("vipctl: " + input.getFileName()
                            + ": not everything can be carried over as it is, see the lines above; leave out --strict to"
                            + " have the rest\n");
        }
    }

    /** The guide's rules, what it says they become, and what it says is told. */
    @Test
    void shouldDoWhatTheGuideSays() throws IOException {
        Guide guide = Guide.read("docs/migrate-from-lvs.md");
        Path rules = Files.writeString(directory.resolve("rules"), guide.block("-A "));
        VipctlRig.Run run = vipctl("import", "ipvsadm", rules.toString());
        assertThat(run.err()).isEqualTo(guide.block("rules:"));
        assertThat(run.out()).isEqualTo(guide.block("services:"));
    }

    @Test
    void shouldPrintJsonForPrograms() throws IOException {
        Path rules = Files.writeString(directory.resolve("rules"), "-A -t 203.0.113.10:80 -s wlc\n");
        assertThat(vipctl("-o", "json", "import", "ipvsadm", rules.toString()).out())
                .startsWith("{\n  \"services\" : [")
                .contains("\"name\" : \"tcp-203.0.113.10-80\"");
    }

    @Test
    void shouldHaveHelpWithExamples() {
        for (String form : List.of("ipvsadm", "keepalived")) {
            VipctlRig.Run help = vipctl("import", form, "--help");
            assertThat(help.exitCode()).isZero();
            assertThat(help.out()).contains("Examples:", "vipctl import " + form);
            assertThat(help.out().lines()).allMatch(line -> line.length() <= 80);
        }
        assertThat(vipctl("import", "--help").out()).contains("ipvsadm", "keepalived", "Example");
    }

    private static String form(Path input) {
        return String.valueOf(input.getParent().getFileName());
    }

    private static Path beside(Path input, String ending) {
        String name = String.valueOf(input.getFileName());
        return input.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ending);
    }

    /** No vipd is there to be asked. */
    private static VipctlRig.Run vipctl(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Vipctl.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                new Surroundings(Map.of(), false, null, System::nanoTime, ns -> {}),
                words);
        return new VipctlRig.Run(exitCode, out.toString(), err.toString());
    }
}
