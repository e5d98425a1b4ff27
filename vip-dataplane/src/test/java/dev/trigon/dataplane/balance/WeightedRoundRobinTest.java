package dev.trigon.dataplane.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class WeightedRoundRobinTest {
    private static int[] choose(WeightedRoundRobin wrr, int times) {
        int[] chosen = new int[times];
        Arrays.setAll(chosen, i -> wrr.choose(i));
        return chosen;
    }

    private static int[] shares(int[] chosen, int backends) {
        int[] shares = new int[backends];
        for (int backend : chosen) {
            shares[backend]++;
        }
        return shares;
    }

    @Test
    void shouldGiveThreeEqualBackendsAHundredOfThreeHundred() {
        int[] chosen = choose(WeightedRoundRobin.of(new int[] {100, 100, 100}), 300);

        assertThat(shares(chosen, 3)).containsExactly(100, 100, 100);
        assertThat(Arrays.copyOf(chosen, 6)).containsExactly(0, 1, 2, 0, 1, 2);
    }

    @Test
    void shouldSpreadTheHeavyOnesTurns() {
        assertThat(choose(WeightedRoundRobin.of(new int[] {5, 1, 1}), 14))
                .containsExactly(0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0);
    }

    /** After any number of choices, each backend is within one of its share. */
    @Test
    void shouldNeverBeFarFromTheShares() {
        int[] weights = {7, 3, 11, 1, 5};
        WeightedRoundRobin wrr = WeightedRoundRobin.of(weights);
        int[] had = new int[weights.length];
        for (int n = 1; n <= 270; n++) {
            had[wrr.choose(0)]++;
            for (int i = 0; i < weights.length; i++) {
                assertThat((double) had[i]).as("after %d", n).isCloseTo(n * weights[i] / 27.0, within(1.0));
            }
        }
    }

    @Test
    void shouldTakeWeightsOnlyAsProportions() {
        assertThat(WeightedRoundRobin.reduce(new int[] {65_000, 13_000, 0, 26_000}))
                .containsExactly(5, 1, 0, 2);
        assertThat(WeightedRoundRobin.reduce(new int[] {0, 65_535})).containsExactly(0, 1);
    }

    @Test
    void shouldScaleDownHugeCoprimeWeights() {
        int[] weights = {65_535, 65_534, 32_749, 1};
        int[] chosen = choose(WeightedRoundRobin.of(weights), 163_819);

        int[] shares = shares(chosen, 4);
        for (int i = 0; i < 3; i++) {
            assertThat((double) shares[i]).isCloseTo(weights[i], Percentage.withPercentage(1));
        }
        assertThat(shares[3]).as("a weight above 0 stays above 0").isPositive();
        assertThat(Arrays.stream(WeightedRoundRobin.reduce(weights)).sum())
                .isLessThanOrEqualTo(WeightedRoundRobin.MAX_ROUND + 4);
    }

    @Test
    void shouldLayOutAThousandHugeWeights() {
        int[] weights = new int[1_000];
        Arrays.setAll(weights, i -> 65_535 - i);

        int[] shares = shares(choose(WeightedRoundRobin.of(weights), 100_000), 1_000);

        assertThat(Arrays.stream(shares).min().orElseThrow()).isPositive();
    }

    @Test
    void shouldGiveNothingToABackendOfWeightZero() {
        assertThat(choose(WeightedRoundRobin.of(new int[] {0, 3, 0}), 10)).containsOnly(1);
    }

    @Test
    void shouldChooseNoneWhenThereIsNone() {
        assertThat(WeightedRoundRobin.of(new int[] {}).choose(1)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(WeightedRoundRobin.of(new int[] {0, 0}).choose(1)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(WeightedRoundRobin.of(new int[] {0, 0}).peek(1)).isEqualTo(Scheduler.NO_BACKEND);
    }

    @Test
    void shouldTellWhatComesNextWithoutTakingIt() {
        WeightedRoundRobin wrr = WeightedRoundRobin.of(new int[] {1, 1});

        assertThat(wrr.peek(0)).isZero();
        assertThat(wrr.peek(0)).isZero();
        assertThat(wrr.choose(0)).isZero();
        assertThat(wrr.peek(0)).isOne();
        assertThat(wrr.isHashing()).isFalse();
    }

    @Test
    void shouldGiveExactSharesToConcurrentChoosers() throws Exception {
        WeightedRoundRobin wrr = WeightedRoundRobin.of(new int[] {3, 2, 1});
        int choosers = 4;
        int each = 60_000;
        ExecutorService threads = Executors.newFixedThreadPool(choosers);
        try {
            List<Callable<int[]>> tasks = new ArrayList<>();
            for (int i = 0; i < choosers; i++) {
                tasks.add(() -> shares(choose(wrr, each), 3));
            }
            int[] total = new int[3];
            for (Future<int[]> shares : threads.invokeAll(tasks)) {
                for (int i = 0; i < 3; i++) {
                    total[i] += shares.get()[i];
                }
            }
            assertThat(total).containsExactly(120_000, 80_000, 40_000);
        } finally {
            threads.shutdownNow();
        }
    }
}
