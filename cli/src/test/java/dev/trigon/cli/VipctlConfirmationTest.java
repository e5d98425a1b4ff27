package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertFails;
import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.service.Protocol;
import java.net.InetAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions before live flows end, to those who can be asked. Backend 1 has one flow, backend 2 two. */
class VipctlConfirmationTest {
    @TempDir
    Path directory;

    private VipctlRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = VipctlRig.start(directory);
        rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
        rig.vipctl("backend add web b1 --address 10.2.0.11");
        rig.vipctl("backend add web b2 --address 10.2.0.12");
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @Test
    void shouldAskBeforeFlowsEnd() throws Exception {
        rig.answers = "n\n";
        assertNotDone("backend disable web b1", "ends 1 flow", " of backend b1 of service web");
        assertNotDone("backend remove web b2 --force", "ends 2 flows", " of backend b2 of service web");
        assertNotDone("service remove web", "ends 3 flows", " of service web");
        rig.dataPath().flows.add(flow(40_000));
        rig.dataPath().flows.add(flow(40_001));
        assertNotDone("flows flush --all", "forgets 2 flows", "");
        assertNotDone("flows flush --service web", "forgets 2 flows", "");
        assertNotDone("flows flush --tuple tcp~198.51.100.10:40000~203.0.113.10:80", "forgets 1 flow", "");
        assertThat(rig.dataPath().flows).hasSize(2);
        assertThat(rig.dataPath().inForce().get(0).backends()).hasSize(2);
    }

    private void assertNotDone(String commandLine, String does, String which) {
        assertFails(
                rig.vipctl(commandLine),
                1,
                "this " + does + which + "; go on? [y/N] vipctl: flows" + which
                        + ": you did not say yes; answer y to go on, or give --yes\n");
    }

    /** The empty line is what an end of input is taken for. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "no\n", "yess\n"})
    void shouldTakeNothingElseForYes(String typed) {
        rig.answers = typed;
        assertThat(rig.vipctl("service remove web").exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"y\n", "Y\n", "yes\n", " yes \n"})
    void shouldGoOnAfterYes(String typed) {
        rig.answers = typed;
        VipctlRig.Run run = rig.vipctl("service remove web");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("service web removed\n");
    }

    @Test
    void shouldNotAskWhereNothingEndsOrItWasSaidAlready() {
        rig.answers = "n\n";
        assertOut(rig.vipctl("backend remove web b1 --force --yes"), "backend b1 of service web removed\n");
        rig.dataPath().activeFlows.put(1, 0L);
        rig.dataPath().activeFlows.put(2, 0L);
        assertOut(rig.vipctl("backend disable web b2"), "backend b2 of service web is disabled\n");
        assertOut(rig.vipctl("service remove web"), "service web removed\n");
        assertOut(rig.vipctl("flows flush --all"), "0 flows flushed\n");
    }

    /** As ever: a script that did so yesterday does so today. */
    @Test
    void shouldNotAskWhereNobodyCouldAnswer() {
        assertOut(rig.vipctl("backend disable web b1"), "backend b1 of service web is disabled\n");
        assertOut(rig.vipctl("service remove web"), "service web removed\n");
    }

    private static DataPath.Flow flow(int port) throws Exception {
        return new DataPath.Flow(
                Protocol.TCP,
                InetAddress.getByName("198.51.100.10"),
                port,
                InetAddress.getByName("203.0.113.10"),
                80,
                "web",
                1,
                "established",
                3,
                12,
                900);
    }
}
