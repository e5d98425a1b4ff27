package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** State directories that cannot be written: file systems of a process's own, gone when it ends. */
@Timeout(60)
class FlowTableMountTest {
    private static final int MAX_FLOWS = 20_000;
    private static final String CLIENTS = "clients";

    @TempDir
    Path directory;

    @BeforeEach
    void needsRoot() throws Exception {
        Process mounts = new ProcessBuilder("unshare", "-m", "true")
                .redirectErrorStream(true)
                .start();
        String why = new String(mounts.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(mounts.waitFor() == 0, "no mount namespace to be had: " + why.strip());
    }

    /** Opens a table and puts flows until it is full; says what became of it. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            try (FlowTable table = args[1].equals(CLIENTS)
                    ? Affinities.openTable(directory, MAX_FLOWS)
                    : FlowTable.open(directory, MAX_FLOWS)) {
                FlowRecord flow = new FlowRecord();
                int put = 0;
                while (table.put(Keys.mixed(put), flow.set(1, FlowState.UDP, 1))) {
                    put++;
                }
                System.out.println("opened, put " + put);
            } catch (FlowFileException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    private String openOn(String mountOptions) throws Exception {
        return openOn(mountOptions, "flows");
    }

    private String openOn(String mountOptions, String table) throws Exception {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add"))
                .toList());
        java.addAll(List.of("-cp", System.getProperty("java.class.path"), Opener.class.getName()));
        List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c"));
        command.add("mount -t tmpfs -o " + mountOptions + " tmpfs \"$1\" && shift && exec \"$@\"");
        command.addAll(List.of("sh", directory.toString()));
        command.addAll(java);
        command.addAll(List.of(directory.toString(), table));
        Path log = Files.createTempFile("opener", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.waitFor();
            return saidIn(log);
        } finally {
            Files.delete(log);
        }
    }

    private static String saidIn(Path log) throws IOException {
        String all = Files.readString(log);
        return all.lines()
                .filter(line -> line.startsWith("opened") || line.startsWith("refused"))
                .findFirst()
                .orElse(all);
    }

    @Test
    void shouldOpenWhereThereIsRoom() throws Exception {
        assertThat(openOn("size=16m")).isEqualTo("opened, put " + MAX_FLOWS);
    }

    @Test
    void shouldSayThatTheDirectoryIsReadOnly() throws Exception {
        assertThat(openOn("ro"))
                .isEqualTo(
                        "refused: flow table in " + directory + ": Read-only file system; see that it is a directory on"
                                + " a disk with room, and writable, or name another one");
    }

    /** All blocks are taken when the file is made: not a packet is to find the disk full. */
    @Test
    void shouldSayThatTheDiskIsFull() throws Exception {
        assertThat(openOn("size=1m"))
                .startsWith("refused: flow table in " + directory + ": no room for flows.dat of 20000 entries: ")
                .endsWith("; free some space there, or lower flows.max");
    }

    @Test
    void shouldNameTheSettingOfTheTableThatHasNoRoom() throws Exception {
        assertThat(openOn("size=1m", CLIENTS))
                .startsWith("refused: flow table in " + directory + ": no room for affinity.dat of 20000 entries: ")
                .endsWith("; free some space there, or lower flows.maxAffinities");
    }

    @Test
    void shouldSayThatThereIsNoRoomForAFileAtAll() throws Exception {
        assertThat(openOn("nr_inodes=1"))
                .startsWith("refused: flow table in " + directory + ": No space left on device; ");
    }
}
