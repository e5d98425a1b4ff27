package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimersTest {
    private final Timers timers = new Timers();
    private final List<String> done = new ArrayList<>();

    @Test
    void shouldGiveWhatIsDueTheEarliestFirst() {
        at(3_000_000, "c");
        at(1_000_000, "a");
        at(2_000_000, "b");

        assertThat(timers.waitMs(0)).isEqualTo(2);
        run(2_000_000);
        assertThat(done).containsExactly("a", "b");
        assertThat(timers.waitMs(3_000_000)).isZero();
        run(3_000_000);
        assertThat(done).containsExactly("a", "b", "c");
        assertThat(timers.waitMs(3_000_000)).isEqualTo(-1);
    }

    @Test
    void shouldOrderAcrossTheWrapOfTheClock() {
        at(Long.MIN_VALUE + 5, "later");
        at(Long.MAX_VALUE - 5, "sooner");

        run(Long.MAX_VALUE - 5);
        assertThat(done).containsExactly("sooner");
        run(Long.MIN_VALUE + 5);
        assertThat(done).containsExactly("sooner", "later");
    }

    @Test
    void shouldNotGiveWhatWasCancelledNorKeepMuchOfIt() {
        Timers.Timer timer = at(1, "no");
        timer.cancel();
        timer.cancel();
        run(1);
        assertThat(done).isEmpty();
        assertThat(timers.size()).isZero();

        at(1_000_000, "kept");
        for (int i = 0; i < 100_000; i++) {
            at(2_000_000, "no").cancel();
        }
        assertThat(timers.size()).isLessThan(2_100);
        run(2_000_000);
        assertThat(done).containsExactly("kept");
    }

    private Timers.Timer at(long ns, String name) {
        return timers.at(ns, () -> done.add(name));
    }

    private void run(long nowNs) {
        for (Runnable task = timers.due(nowNs); task != null; task = timers.due(nowNs)) {
            task.run();
        }
    }
}
