package dev.trigon.dataplane.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.LongToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedDrawTest {
    private static final int DRAWS = 1_000_000;
    /** One draw in a billion is further off. */
    private static final double SIGMAS = 6;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private long[] draw(int holders, LongToIntFunction draw) {
        long[] drawn = new long[holders];
        for (int i = 0; i < DRAWS; i++) {
            drawn[draw.applyAsInt(random.nextLong())]++;
        }
        return drawn;
    }

    private void assertShares(long[] drawn, int[] weights, int without) {
        double tickets = Arrays.stream(weights).asLongStream().sum() - (without < 0 ? 0 : weights[without]);
        for (int i = 0; i < weights.length; i++) {
            double share = i == without ? 0 : weights[i] / tickets;
            double sigma = Math.sqrt(DRAWS * share * (1 - share));
            assertThat(Math.abs(drawn[i] - DRAWS * share))
                    .as("holder %d of weight %d drawn %d times; seed %d", i, weights[i], drawn[i], seed)
                    .isLessThanOrEqualTo(SIGMAS * sigma + 1e-6);
        }
    }

    @Test
    void shouldDrawEachAsOftenAsItsWeightAsks() {
        System.out.println("WeightedDrawTest seed " + seed);
        int[][] all = {{1}, {5}, {1, 1}, {1, 2, 3, 4}, {65_535, 1}, {1, 65_535, 1, 65_535, 7}, {3, 3, 3, 3, 3, 3, 3}};
        for (int[] weights : all) {
            assertShares(draw(weights.length, new WeightedDraw(weights)::draw), weights, -1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 100, 1_000})
    void shouldDrawAmongTheOthersByTheirWeights(int holders) {
        System.out.println("WeightedDrawTest seed " + seed);
        int[] weights = random.ints(holders, 1, 50).toArray();
        WeightedDraw draw = new WeightedDraw(weights);
        for (int drawn : new int[] {0, holders / 2, holders - 1}) {
            assertShares(draw(holders, word -> draw.drawOther(word, drawn)), weights, drawn);
        }
    }

    /** Whatever the weights, from the first ticket to the last: as a walk through the rows finds it. */
    @Test
    void shouldFindTheHolderOfEveryTicket() {
        System.out.println("WeightedDrawTest seed " + seed);
        for (int round = 0; round < 200; round++) {
            int most = 1 + random.nextInt(round % 2 == 0 ? 5 : 500);
            int[] weights = random.ints(1 + random.nextInt(300), 1, most + 1).toArray();
            WeightedDraw draw = new WeightedDraw(weights);
            long tickets = Arrays.stream(weights).sum();
            int ticket = 0;
            for (int holder = 0; holder < weights.length; holder++) {
                for (int i = 0; i < weights[holder]; i++, ticket++) {
                    // the middle of what stands for this ticket
                    long word = (long) ((ticket + 0.5) / tickets * 0x1p63) << 1;
                    assertThat(draw.draw(word))
                            .as("ticket %d, seed %d", ticket, seed)
                            .isEqualTo(holder);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1})
    void shouldStayWithinItsHoldersAtTheEdges(long word) {
        int[] weights = new int[10_000];
        Arrays.fill(weights, 65_535);
        WeightedDraw draw = new WeightedDraw(weights);
        assertThat(draw.draw(word)).isBetween(0, 9_999);
        assertThat(draw.drawOther(word, 0)).isBetween(1, 9_999);
        assertThat(draw.drawOther(word, 9_999)).isBetween(0, 9_998);
        assertThat(new WeightedDraw(new int[] {1}).draw(word)).isZero();
        assertThat(new WeightedDraw(new int[] {1, 65_535}).drawOther(word, 1)).isZero();
    }
}
