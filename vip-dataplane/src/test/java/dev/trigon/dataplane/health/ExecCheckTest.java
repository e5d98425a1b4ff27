package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.HealthProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands that say whether a backend works. */
@Timeout(60)
class ExecCheckTest {
    @TempDir
    private Path directory;

    private Asker asker;

    @BeforeEach
    void open() throws IOException {
        asker = new Asker();
    }

    @AfterEach
    void close() throws IOException {
        asker.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        exit 0                             | UP   | exit code 0
        echo fine                          | UP   | exit code 0: fine
        exit 2                             | DOWN | exit code 2
        echo one; echo two >&2; exit 3     | DOWN | exit code 3: two
        printf 'x\\n\\n  \\n'; exit 1      | DOWN | exit code 1: x
        printf '\\033[31mred'; exit 1      | DOWN | exit code 1: ?[31mred
        kill -9 $$                         | DOWN | exit code 137
        cat; exit 1                        | DOWN | exit code 1
        """)
    void shouldJudgeByTheExitCode(String script, Outcome.Kind kind, String reason) throws IOException {
        assertThat(asker.ask(shell(script), 80)).isEqualTo(new Outcome(kind, reason));
    }

    @Test
    void shouldBeToldWhoIsChecked() throws IOException {
        Outcome outcome = asker.ask(new HealthProbe.Exec(List.of("/usr/bin/env")), 443);
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.UP);
        Path seen = directory.resolve("seen");
        asker.ask(shell("env | sort > " + seen), 443);
        assertThat(Files.readAllLines(seen))
                .contains(
                        "TRIGON_ADDRESS=127.0.0.1",
                        "TRIGON_BACKEND=b1",
                        "TRIGON_PORT=443",
                        "TRIGON_SERVICE=web",
                        "TRIGON_VIP=203.0.113.10")
                .noneMatch(line -> line.startsWith("HOME="));
    }

    @Test
    void shouldNotTakeItsOwnTroubleForTheBackends() throws IOException {
        Outcome outcome = asker.ask(new HealthProbe.Exec(List.of(directory + "/nothing")), 80);
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.NOT_MADE);
        assertThat(outcome.reason()).startsWith("the check could not be made: Cannot run program");
    }

    @Test
    void shouldBoundWhatIsSaid() throws IOException {
        Outcome outcome = asker.ask(shell("yes | head -c 3000000; head -c 100000 /dev/zero | tr '\\0' x; exit 1"), 80);
        assertThat(outcome.reason()).startsWith("exit code 1: xxx").hasSizeLessThan(300);
    }

    @Test
    void shouldKillACommandAndItsChildrenWhenTheTimeIsOver() throws Exception {
        Path pids = directory.resolve("pids");
        Outcome outcome = asker.ask(
                shell("sleep 300 & echo $! >> " + pids + "; (sleep 301 & echo $! >> " + pids + "; wait) & echo $$ >> "
                        + pids + "; echo waiting; wait"),
                80,
                500);
        assertThat(outcome).isEqualTo(Outcome.down("not done within 500 ms, so it was killed: waiting"));
        List<Long> alive = new ArrayList<>();
        for (String pid : Files.readAllLines(pids)) {
            alive.add(Long.parseLong(pid));
        }
        assertThat(alive).hasSize(3);
        while (alive.stream().anyMatch(ExecCheckTest::isAlive)) {
            Thread.sleep(10);
        }
    }

    /** One that was killed may be there until its parent looks. */
    private static boolean isAlive(long pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/stat")).matches("(?s).*\\) Z .*");
        } catch (IOException e) {
            return false;
        }
    }

    /** What it leaves in the background holds the pipe, and nobody waits for that. */
    @Test
    void shouldNotWaitForWhatACommandLeavesBehind() throws Exception {
        Path pid = directory.resolve("pid");
        Outcome outcome = asker.ask(shell("sleep 5 & echo $! > " + pid + "; echo left; exit 0"), 80, 4_000);
        assertThat(outcome).isEqualTo(Outcome.up("exit code 0: left"));
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).ifPresent(ProcessHandle::destroyForcibly);
    }

    private static HealthProbe.Exec shell(String script) {
        return new HealthProbe.Exec(List.of("/bin/sh", "-c", script));
    }
}
