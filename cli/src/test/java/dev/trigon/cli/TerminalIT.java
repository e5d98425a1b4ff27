package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What vipctl does on a terminal, as it is packed, and does not do elsewhere. */
@Timeout(120)
class TerminalIT {
    private static final String LONG_NAME = "service-with-a-name-that-is-too-long-for-a-terminal";
    private static final String ESCAPE = "\033[";

    @TempDir
    Path directory;

    private VipctlRig rig;
    private Pty pty;

    @BeforeEach
    void start() throws Exception {
        rig = VipctlRig.start(directory);
        pty = new Pty(directory.resolve("vipd.sock"));
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        rig.vipctl("backend add web b1 --address 10.2.0.11");
        rig.vipctl("backend add web b2 --address 10.2.0.12");
        rig.vipctl("backend drain web b2");
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void shouldCutNamesToTheTerminalsWidth() throws Exception {
        rig.vipctl("service add " + LONG_NAME + " --vip 203.0.113.11 --protocol tcp --port 80");
        rig.vipctl("backend add " + LONG_NAME + " b1 --address 10.2.0.11");
        String text = pty.run(Map.of("NO_COLOR", "1"), "vipctl backend list").text();
        assertThat(text).contains("service…").doesNotContain(LONG_NAME, ESCAPE);
        assertThat(elsewhere("backend", "list")).contains(LONG_NAME).doesNotContain(ESCAPE);
    }

    @Test
    void shouldHaveColoursOnATerminalOnly() throws Exception {
        assertThat(pty.run(Map.of(), "vipctl backend list web").text())
                .contains("\033[1mSERVICE\033[0m", "\033[32mup\033[0m", "\033[33mdraining\033[0m");
        for (Pty.Run plain : List.of(
                pty.run(Map.of("NO_COLOR", "1"), "vipctl backend list web"),
                pty.run(Map.of("TERM", "dumb"), "vipctl backend list web"),
                pty.run(Map.of(), "vipctl backend list web | cat"),
                pty.run(Map.of(), "vipctl backend list web -o json"))) {
            assertThat(plain.text()).contains("draining").doesNotContain(ESCAPE);
        }
    }

    @Test
    void shouldAskOnATerminalOnly() throws Exception {
        String question = "this ends 1 flow of backend b1 of service web; go on? [y/N] ";
        Pty.Run refused = pty.run(Map.of(), "vipctl backend disable web b1", question, Pty.types("n\n"));
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(elsewhere("backend", "list")).doesNotContain("disabled");
        Pty.Run agreed = pty.run(Map.of(), "vipctl backend disable web b1", question, Pty.types("y\n"));
        assertThat(agreed.exitCode()).as(agreed.text()).isZero();
        assertThat(elsewhere("backend", "disable", "web", "b2")).isEqualTo("backend b2 of service web is disabled\n");
    }

    @Test
    void shouldShowRatesOnTheWholeScreenUntilQ() throws Exception {
        Pty.Run run = pty.run(Map.of(), "vipctl top", "PACKETS/S", Pty.types("pq"));
        assertThat(run.exitCode()).isZero();
        assertThat(run.text()).contains("\033[?1049h");
        assertAsBefore(run);
    }

    @Test
    void shouldLeaveTheTerminalAsItWasHoweverItEnds() throws Exception {
        Pty.Run interrupted = pty.run(Map.of(), "vipctl top", "PACKETS/S", Pty.types("\003"));
        assertAsBefore(interrupted);
        assertThat(interrupted.exitCode()).isZero();
        assertAsBefore(pty.run(Map.of(), "timeout --foreground 5 vipctl top"));

        Pty.Run gone = pty.run(Map.of(), "vipctl top", "PACKETS/S", keys -> rig.close());
        assertAsBefore(gone);
        assertThat(gone.exitCode()).isEqualTo(3);
        assertThat(gone.text()).contains("vipctl: cannot reach vipd at ");
        start();
    }

    private static void assertAsBefore(Pty.Run run) {
        assertThat(run.text()).contains("\033[?1049l");
        assertThat(run.text().substring(run.text().lastIndexOf("\033[?1049l"))).contains("\nisig icanon iexten echo ");
    }

    private String elsewhere(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(Pty.VIPCTL.toString(), "--socket"));
        command.add(directory.resolve("vipd.sock").toString());
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }
}
