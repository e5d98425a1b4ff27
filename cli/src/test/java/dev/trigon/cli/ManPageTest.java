package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;

class ManPageTest {
    @TempDir
    Path share;

    @Test
    void shouldHaveAPageForEveryCommand() throws Exception {
        Documents.main(new String[] {share.toString(), "1.2.3"});
        try (Stream<Path> pages = Files.list(share.resolve("man/man1"))) {
            assertThat(pages.map(page -> page.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(every().stream()
                            .map(command -> ManPage.name(command) + ".1")
                            .toList())
                    .contains("vipctl.1", "vipctl-service-add.1")
                    .doesNotContain("vipctl-rehearse.1");
        }
        assertThat(share.resolve("bash-completion/completions/vipctl")).isNotEmptyFile();
        assertThat(share.resolve("fish/vendor_completions.d/vipctl.fish")).isNotEmptyFile();
    }

    @Test
    void shouldSayWhatTheHelpSays() {
        String page = ManPage.of(command("vipctl backend drain"), "1.2.3");
        assertThat(page)
                .startsWith("""
                    .TH "VIPCTL\\-BACKEND\\-DRAIN" 1 "" "Trigon 1.2.3"
                    .SH NAME
                    vipctl\\-backend\\-drain \\- Give a backend no new flows.
                    .SH SYNOPSIS
                    """)
                .contains(".TP\n\\fISERVICE\\fR\nThe service.\n", ".TP\n\\fB\\-\\-wait\\fR\n")
                .contains("\n  vipctl backend drain web b1 \\-\\-wait ")
                .endsWith(".SH SEE ALSO\nvipctl\\-backend(1)\n");
        assertThat(ManPage.of(command("vipctl flows list"), "1").lines()).anyMatch(line -> line.contains("100)"));
    }

    /** groff has something to say where a macro is wrong. */
    @Test
    void shouldBeSoundForGroff() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")), "no groff here");
        for (CommandSpec command : every()) {
            Path page = Files.writeString(share.resolve("page.1"), ManPage.of(command, "1"));
            Process groff = new ProcessBuilder("groff", "-man", "-Tutf8", "-ww", page.toString())
                    .redirectErrorStream(true)
                    .start();
            String text = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(groff.waitFor()).as(text).isZero();
            assertThat(text)
                    .as(command.qualifiedName())
                    .doesNotContain("warning:", "error:")
                    .contains("vipctl");
        }
    }

    private static CommandSpec command(String name) {
        return every().stream()
                .filter(command -> command.qualifiedName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<CommandSpec> every() {
        List<CommandSpec> found = new ArrayList<>();
        add(found, Vipctl.withEveryCommand().getCommandSpec());
        return found;
    }

    private static void add(List<CommandSpec> found, CommandSpec command) {
        found.add(command);
        CommandTree.members(command).forEach(member -> add(found, member));
    }
}
