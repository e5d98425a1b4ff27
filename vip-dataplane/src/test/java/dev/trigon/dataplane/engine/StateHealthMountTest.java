package dev.trigon.dataplane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trigon.conntrack.FlowTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a disk that runs full under a running table and gets room again: a file system of a process's own. */
@Timeout(60)
class StateHealthMountTest {
    @TempDir
    Path directory;

    /** Fills its disk and clears it, and says what is found each time. */
    static final class Filler {
        private Filler() {}

        public static void main(String[] args) throws Exception {
            Path state = Path.of(args[0]);
            Path ballast = state.resolve("ballast");
            try (FlowTable flows = FlowTable.open(state, 2_000)) {
                StateHealth health = new StateHealth(state, flows);
                say("empty", health);
                try (var out = Files.newOutputStream(ballast)) {
                    while (true) {
                        out.write(new byte[4096]);
                    }
                } catch (IOException full) {
                    say("full", health);
                }
                Files.delete(ballast);
                say("cleared", health);
            }
        }

        private static void say(String when, StateHealth health) {
            health.check();
            System.out.println("found: " + when + ": " + health.isWell() + " " + health.trouble());
        }
    }

    @Test
    void shouldSeeADiskRunFullAndRecover() throws Exception {
        Process mounts = new ProcessBuilder("unshare", "-m", "true")
                .redirectErrorStream(true)
                .start();
        String why = new String(mounts.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(mounts.waitFor() == 0, "no mount namespace to be had: " + why.strip());

        assertThat(found())
                .containsExactly(
                        "found: empty: true ",
                        "found: full: false state " + directory
                                + ": it cannot be written: No space left on device; make it"
                                + " writable, with room: until then no change of services is saved",
                        "found: cleared: true ");
    }

    private List<String> found() throws Exception {
        List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c"));
        command.add("mount -t tmpfs -o size=4m tmpfs \"$1\" && shift && exec \"$@\"");
        command.addAll(List.of("sh", directory.toString()));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add"))
                .toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Filler.class.getName()));
        command.add(directory.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(() -> String.join("\n", said)).isZero();
        return said.stream().filter(line -> line.startsWith("found: ")).toList();
    }
}
