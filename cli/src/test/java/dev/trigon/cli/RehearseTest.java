package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertOut;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearseTest {
    /** Each of its command lines is done, or it would load the classes of failing. */
    @Test
    void shouldDoAllThatItRehearses(@TempDir Path directory) throws Exception {
        try (VipctlRig rig = VipctlRig.start(directory)) {
            assertOut(rig.vipctl("rehearse"), "");
        }
    }
}
