package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.api.FindingView;
import dev.trigon.dataplane.api.MendedView;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VipctlDoctorTest {
    private static final FindingView WELL =
            new FindingView("guard", "routes", FindingView.WELL, "2 VIPs with a blackhole route", null, null, false);
    private static final FindingView WRONG = new FindingView(
            "rp-filter", "eth0", FindingView.WRONG, "rp_filter is 1", "servers look down", "sysctl -w a=2", true);
    private static final FindingView UNKNOWN = new FindingView(
            "mtu", "b2 (10.2.0.12)", FindingView.UNKNOWN, "it answers no echo request", null, "tracepath -n", false);

    @TempDir
    Path directory;

    private VipctlRig rig;

    @BeforeEach
    void start() throws Refusal {
        rig = VipctlRig.start(directory);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void shouldCountWhatIsWellAndSucceed() {
        rig.dataPath().doctor.findings.add(WELL);

        assertOut(rig.vipctl("doctor"), "0 wrong, 0 unknown, 1 well (--all shows them)\n");
        assertOut(rig.vipctl("doctor --all"), """
                well  guard  routes  2 VIPs with a blackhole route
                0 wrong, 0 unknown, 1 well
                """);
    }

    @Test
    void shouldShowWhatIsWrongFirstAndFail() {
        rig.dataPath().doctor.findings.addAll(List.of(WELL, UNKNOWN, WRONG));

        VipctlRig.Run run = rig.vipctl("doctor");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                WRONG  rp-filter: eth0
                  seen   rp_filter is 1
                  users  servers look down
                  --fix  sysctl -w a=2

                UNKNOWN  mtu: b2 (10.2.0.12)
                  seen   it answers no echo request
                  mend   tracepath -n

                1 wrong, 1 unknown, 1 well (--all shows them)
                """);
    }

    @Test
    void shouldNotFailForWhatIsUnknown() {
        rig.dataPath().doctor.findings.add(UNKNOWN);

        assertThat(rig.vipctl("doctor").exitCode()).isZero();
    }

    @Test
    void shouldSayWhatItMended() {
        rig.dataPath().doctor.findings.add(WRONG);
        rig.dataPath().doctor.mended.add(new MendedView("sysctl -w a=2", null));
        rig.dataPath().doctor.mended.add(new MendedView("ethtool -K eth0 gro off", "it stays on"));

        assertOut(rig.vipctl("doctor --fix"), """
                done: sysctl -w a=2
                NOT DONE: ethtool -K eth0 gro off: it stays on
                0 wrong, 0 unknown, 0 well
                """);
    }

    @Test
    void shouldLeaveProgramsEverything() {
        rig.dataPath().doctor.findings.add(WRONG);

        VipctlRig.Run run = rig.vipctl("doctor -o json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains(
                        "\"check\" : \"rp-filter\"",
                        "\"state\" : \"wrong\"",
                        "\"mendable\" : true",
                        "\"mended\" : [ ]");
    }
}
