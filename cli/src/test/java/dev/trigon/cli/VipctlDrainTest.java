package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody sees who waits for a drain; udp, where no handshake can be under way. A second is a pause of the rig's. */
class VipctlDrainTest {
    @TempDir
    Path directory;

    private VipctlRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = VipctlRig.start(directory);
        rig.vipctl("service add dns --vip 203.0.113.53 --protocol udp --port 53");
        rig.vipctl("backend add dns b1 --address 10.2.0.11");
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    /** Flows that fall with the seconds that were waited. */
    private void flowsFall(long first, long eachSecond) {
        rig.dataPath().loads = id -> Math.max(0, first - eachSecond * rig.pausesNs.size());
    }

    @Test
    void shouldTellEveryFiveSecondsHowItGetsOn() {
        flowsFall(120, 10);
        assertOut(rig.vipctl("backend drain dns b1 --wait"), """
            backend b1 of service dns drains: 120 flows left
            backend b1 of service dns: 70 of 120 flows left, about 7s
            backend b1 of service dns: 20 of 120 flows left, about 2s
            backend b1 of service dns has no flows left
            """);
        assertThat(rig.pausesNs).hasSize(16);
    }

    @Test
    void shouldSayThatItCannotTellYet() {
        flowsFall(7, 0);
        assertFailsAfter(
                rig.vipctl("backend drain dns b1 --wait --deadline 12s"),
                """
                backend b1 of service dns drains: 7 flows left
                backend b1 of service dns: 7 of 7 flows left, no estimate yet
                backend b1 of service dns: 7 of 7 flows left, no estimate yet
                """,
                "vipctl: backend b1 of service dns: 7 flows left at the deadline, and it goes on draining; wait again,"
                        + " or end what is left with `vipctl backend disable`\n");
        assertThat(rig.pausesNs).hasSize(12);
        assertThat(rig.vipctl("backend list dns").out()).contains("draining");
    }

    @Test
    void shouldFailAtADeadlineBeforeItIsSureOfTheLastFlow() {
        flowsFall(1, 1);
        VipctlRig.Run run = rig.vipctl("backend drain dns b1 --wait --deadline 2s");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("a flow may be about to begin at the deadline");
    }

    private static void assertFailsAfter(VipctlRig.Run run, String out, String err) {
        assertThat(run.out()).isEqualTo(out);
        assertThat(run.err()).isEqualTo(err);
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void shouldDrawABarOnATerminal() {
        rig.onTerminal();
        flowsFall(4, 1);
        String out = rig.vipctl("backend drain dns b1 --wait").out();
        assertThat(out)
                .contains(
                        "\r\033[K[#####---------------] 3 of 4 flows left, no estimate yet",
                        "\r\033[K[####################] no flows left")
                .endsWith("\r\033[Kbackend b1 of service dns has no flows left\n");
    }

    /** A program reads one answer, and is told of the end by the exit code. */
    @Test
    void shouldTellAProgramNothingMeanwhile() {
        flowsFall(20, 1);
        assertThat(rig.vipctl("backend drain dns b1 --wait -o json").out())
                .startsWith("{")
                .endsWith("}\n");
    }

    @Test
    void shouldRefuseADeadlineThatIsNone() {
        assertFails(
                rig.vipctl("backend drain dns b1 --deadline 10m"),
                2,
                "vipctl: --deadline is for --wait; see `vipctl backend drain --help`\n");
        assertFails(
                rig.vipctl("backend drain dns b1 --wait --deadline soon"),
                2,
                "vipctl: Invalid value for option '--deadline': 'soon' is no duration, such as 500ms, 30s, 15m or 1h;"
                        + " see `vipctl backend drain --help`\n");
    }
}
