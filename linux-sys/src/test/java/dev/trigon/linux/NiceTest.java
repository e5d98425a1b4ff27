package dev.trigon.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Against the real kernel, and what it says of a thread in /proc: proc_pid_stat(5), field 19. */
class NiceTest {
    private static final int FIELDS_TO_NICE_AFTER_NAME = 16;

    private static int niceInProc() throws IOException {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        String afterName = stat.substring(stat.lastIndexOf(')') + 2);
        return Integer.parseInt(afterName.split(" ", -1)[FIELDS_TO_NICE_AFTER_NAME]);
    }

    @Test
    void shouldBeTheCallingThreadsAlone() throws Exception {
        int before = niceInProc();
        FutureTask<Integer> nicer = new FutureTask<>(() -> {
            Nice.set(before + 1);
            return niceInProc();
        });

        new Thread(nicer, "nicer").start();

        assertThat(nicer.get()).isEqualTo(before + 1);
        assertThat(niceInProc()).isEqualTo(before);
    }

    @Test
    void shouldBeWithinWhatLinuxHas() {
        assertThatThrownBy(() -> Nice.set(Nice.LEAST + 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Nice.set(Nice.MOST - 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
