package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a real shell makes of the scripts. */
class CompletionTest {
    @TempDir
    Path directory;

    private VipctlRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = VipctlRig.start(directory);
        rig.close();
    }

    @ParameterizedTest
    @CsvSource({
        "vipctl ba, backend",
        "vipctl service add --sch, --scheduler",
        "vipctl service add --scheduler m, maglev",
        "vipctl status --output j, json",
        "vipctl status --out, --output",
        "vipctl completion f, fish",
        "vipctl flows list --sort id, idle"
    })
    void shouldCompleteInBashAndFish(String line, String word) throws Exception {
        assertThat(inBash(line)).containsExactly(word);
        assumeTrue(isThere("fish"), "no fish here");
        assertThat(inFish(line)).containsExactly(word);
    }

    @Test
    void shouldOfferAllThatThereIs() throws Exception {
        String[] outputs = {"table", "json", "yaml"};
        assertThat(inBash("vipctl service list -o ")).containsExactlyInAnyOrder(outputs);
        String[] commands = CommandTree.members(Vipctl.withEveryCommand().getCommandSpec()).stream()
                .map(command -> command.name())
                .toArray(String[]::new);
        assertThat(inBash("vipctl ")).contains(commands).doesNotContain("rehearse");
        assumeTrue(isThere("fish"), "no fish here");
        assertThat(inFish("vipctl service list -o ")).containsExactlyInAnyOrder(outputs);
        assertThat(inFish("vipctl ")).containsExactlyInAnyOrder(commands);
    }

    @Test
    void shouldOfferFilesToFishWhereAFileIsMeant() throws Exception {
        assumeTrue(isThere("fish"), "no fish here");
        Path file = Files.createFile(directory.resolve("services.yaml"));
        assertThat(inFish("vipctl apply -f " + directory + "/serv")).contains(file.toString());
    }

    @Test
    void shouldCompleteInZsh() throws Exception {
        assumeTrue(isThere("zsh"), "no zsh here");
        assertThat(run("zsh", "-n", script("zsh").toString())).isEmpty();
        assertThat(run(
                        "zsh",
                        "-fc",
                        "autoload -U compinit; compinit -uD; source " + script("zsh") + "; print ${_comps[vipctl]}"))
                .hasSize(1)
                .first()
                .asString()
                .contains("_complete_vipctl");
    }

    /** As bash calls it: the words so far, of which the last may be empty. compopt is for bash's own call alone. */
    private List<String> inBash(String line) throws Exception {
        String completed =
                "compopt() { :; }; source " + script("bash") + "; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
                        + " _complete_vipctl; printf '%s\\n' \"${COMPREPLY[@]}\"";
        return run(Stream.concat(Stream.of("bash", "-c", completed, "bash"), Stream.of(line.split(" ", -1)))
                .toArray(String[]::new));
    }

    /** A line that ends with a blank asks for the next word. What follows a tabulator describes it. */
    private List<String> inFish(String line) throws Exception {
        return run("fish", "--no-config", "-c", "source " + script("fish") + "; complete -C '" + line + "'").stream()
                .map(offered -> offered.replaceFirst("\t.*", ""))
                .toList();
    }

    private Path script(String shell) throws IOException {
        return Files.writeString(
                directory.resolve(shell), rig.vipctl("completion " + shell).out());
    }

    private static boolean isThere(String program) {
        return Files.isExecutable(Path.of("/usr/bin", program));
    }

    private static List<String> run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.lines().map(String::strip).toList();
    }
}
