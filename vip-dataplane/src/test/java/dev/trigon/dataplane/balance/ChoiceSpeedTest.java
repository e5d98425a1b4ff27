package dev.trigon.dataplane.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a choice costs. The best of many short turns: other programs only ever add. */
class ChoiceSpeedTest {
    private static final int TURNS = 60;
    private static final int CHOICES = 5_000;
    /** Three times what it is to be, since tests run anywhere. */
    private static final double BOUND_NS = 3_000;

    @ParameterizedTest
    @ValueSource(ints = {3, LeastConnections.SCANNED, 10_000})
    void shouldNotTakeLongHoweverManyBackendsThereAre(int backends) {
        Servers servers = new Servers(backends);
        Random random = new Random(1);
        Arrays.stream(servers.inTable).forEach(each -> each.set(random.nextInt(1_000)));
        int[] weights = random.ints(backends, 1, 200).toArray();
        Map<String, Scheduler> schedulers = new LinkedHashMap<>();
        schedulers.put("wrr", WeightedRoundRobin.of(Servers.equal(backends)));
        schedulers.put("lc", LeastConnections.of(servers.loads, Servers.equal(backends)));
        schedulers.put("wlc", LeastConnections.of(servers.loads, weights));
        schedulers.put("p2c", PowerOfTwo.of(servers.loads, weights));
        schedulers.forEach((name, scheduler) -> {
            double bestNs = bestNs(scheduler);
            System.out.printf("%s, %,d backends: %.0f ns a choice%n", name, backends, bestNs);
            assertThat(bestNs).as(name).isLessThan(BOUND_NS);
        });
    }

    private static double bestNs(Scheduler scheduler) {
        double bestNs = Double.MAX_VALUE;
        for (int turn = 0; turn < TURNS; turn++) {
            long beganNs = System.nanoTime();
            for (int i = 0; i < CHOICES; i++) {
                scheduler.choose(i);
            }
            bestNs = Math.min(bestNs, (double) (System.nanoTime() - beganNs) / CHOICES);
        }
        return bestNs;
    }
}
