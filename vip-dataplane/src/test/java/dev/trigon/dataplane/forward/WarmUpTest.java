package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    @Test
    void shouldEndWhenItsBudgetIsSpentAndLeaveNoThread() {
        WarmUp.run(1); // class loading is not what is measured
        Set<String> threads = threadNames();
        long beganNs = System.nanoTime();

        int packets = WarmUp.run(TimeUnit.MILLISECONDS.toNanos(200));

        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        System.out.println("WarmUp: " + packets + " packets in " + tookMs + " ms");
        assertThat(tookMs).isBetween(200L, 2_200L);
        assertThat(packets).isGreaterThan(1_000);
        assertThat(threadNames()).isSubsetOf(threads);
    }

    /** The JVM starts and ends compiler threads as it likes. */
    private static Set<String> threadNames() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> !t.isDaemon())
                .map(Thread::getName)
                .collect(Collectors.toSet());
    }

    @Test
    void shouldDoNothingOnNoBudget() {
        assertThat(WarmUp.run(0)).isZero();
    }
}
