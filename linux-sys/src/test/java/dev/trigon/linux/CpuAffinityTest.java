package dev.trigon.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Against the real kernel, and what it says of a thread in /proc. */
class CpuAffinityTest {
    private static final int EINVAL = 22;

    /** A thread of its own: whatever it is pinned to, no other test is. */
    private static <T> T inAThread(Callable<T> what) throws Exception {
        FutureTask<T> task = new FutureTask<>(what);
        Thread thread = new Thread(task, "pinned");
        thread.start();
        return task.get();
    }

    private static String allowedInProc() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldPinTheCallingThreadAndNoOther() throws Exception {
        BitSet before = CpuAffinity.allowed();
        int last = before.length() - 1;

        BitSet pinned = inAThread(() -> {
            CpuAffinity.pin(last);
            assertThat(allowedInProc()).isEqualTo(String.valueOf(last));
            return CpuAffinity.allowed();
        });

        assertThat(pinned.stream()).containsExactly(last);
        assertThat(CpuAffinity.allowed()).isEqualTo(before);
    }

    @Test
    void shouldSayWhichCpuIsNotThere() throws Exception {
        inAThread(() -> {
            assertThatThrownBy(() -> CpuAffinity.pin(8_191))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(EINVAL))
                    .hasMessageContaining("sched_setaffinity(0, CPU 8191)");
            return true;
        });
    }
}
