package dev.trigon.dataplane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.service.Refusal;
import dev.trigon.linux.CpuAffinity;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class PinningTest {
    private static final BitSet ALLOWED = CpuAffinity.allowed();
    private static final int FIRST = ALLOWED.nextSetBit(0);
    private static final int LAST = ALLOWED.length() - 1;

    /** Where a thread may run that is to be the worker's of this number. */
    private static List<Integer> pinned(Pinning pinning, int number) throws ExecutionException, InterruptedException {
        FutureTask<List<Integer>> task = new FutureTask<>(() -> {
            pinning.pin(number);
            return CpuAffinity.allowed().stream().boxed().toList();
        });
        new Thread(task, "pinned").start();
        return task.get();
    }

    @Test
    void shouldGiveWorkersTheirCpusInTurn() throws Exception {
        Pinning pinning = Pinning.to(List.of(LAST, FIRST));
        assertThat(pinned(pinning, 0)).containsExactly(LAST);
        assertThat(pinned(pinning, 1)).containsExactly(FIRST);
        assertThat(pinned(pinning, 2)).containsExactly(LAST);
    }

    @Test
    void shouldLeaveItToTheKernelWhereNoneAreNamed() throws Exception {
        assertThat(pinned(Pinning.to(List.of()), 0)).hasSize(ALLOWED.cardinality());
    }

    @Test
    void shouldRefuseACpuThatIsNotThere() {
        assertThatThrownBy(() -> Pinning.to(List.of(FIRST, 8_191)))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("cpus: CPU 8191 is not there, or vipd may not run on it; choose from " + FIRST);
    }
}
