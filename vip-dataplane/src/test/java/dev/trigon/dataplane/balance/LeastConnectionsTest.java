package dev.trigon.dataplane.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LeastConnectionsTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private LeastConnections leastOf(Servers servers, int... weights) {
        return LeastConnections.of(servers.loads, weights, servers::nowNs, seed);
    }

    /**
     * Flows come in bursts that the table is told of late, and end in between. Each must go to a server that has the fewest for
     * its weight, of those with any.
     */
    @Test
    void shouldChooseTheFewestForTheirWeightAsAModelDoes() {
        System.out.println("LeastConnectionsTest seed " + seed);
        for (int round = 0; round < 200; round++) {
            int count = 1 + random.nextInt(LeastConnections.SCANNED);
            Servers servers = new Servers(count);
            int[] weights = random.ints(count, 0, 1 + random.nextInt(200)).toArray();
            weights[random.nextInt(count)] = 1 + random.nextInt(65_535);
            LeastConnections least = leastOf(servers, weights);
            long[] model = new long[count];
            Queue<Integer> unwritten = new ArrayDeque<>();
            for (int burst = 0; burst < 10; burst++) {
                servers.wait(1);
                for (int i = 0; i < count; i++) {
                    model[i] -= random.nextLong(model[i] + 1);
                    servers.inTable[i].set(model[i]);
                }
                for (int flow = 0; flow < 300; flow++) {
                    int expected = least.peek(flow);
                    int chosen = least.choose(flow);
                    assertThat(chosen).isEqualTo(expected);
                    assertIsFewest(chosen, model, weights);
                    model[chosen]++;
                    unwritten.add(chosen);
                    while (unwritten.size() > 20) {
                        servers.inTable[unwritten.remove()].incrementAndGet();
                    }
                }
                unwritten.clear();
            }
        }
    }

    /** Compared by hand: it is millions of times, and a description for each takes longer than all that is tested. */
    private void assertIsFewest(int chosen, long[] flows, int[] weights) {
        assertThat(weights[chosen]).as("seed %d", seed).isPositive();
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0 && flows[i] * weights[chosen] < flows[chosen] * weights[i]) {
                fail("%d of weight %d was chosen, not %d of %d; seed %d", chosen, weights[chosen], i, weights[i], seed);
            }
        }
    }

    @Test
    void shouldTakeEqualsInTurn() {
        LeastConnections least = leastOf(new Servers(3), 1, 1, 1);
        assertThat(new int[] {least.choose(0), least.choose(0), least.choose(0), least.choose(0)})
                .containsExactly(0, 1, 2, 0);
    }

    /** Of clients that never answer nothing stays, and who comes one after the other does not always get the first. */
    @Test
    void shouldTakeEqualsInTurnWhenNothingIsLeftOfThose() {
        Servers servers = new Servers(3);
        LeastConnections least = leastOf(servers, 1, 1, 1);
        for (int i = 0; i < 9; i++) {
            assertThat(least.choose(0)).isEqualTo(i % 3);
            servers.wait(1);
        }
    }

    @Test
    void shouldFillAServerThatIsBehind() {
        Servers servers = new Servers(3);
        servers.inTable[0].set(20);
        servers.inTable[1].set(20);

        long[] shares = Servers.shares(leastOf(servers, 1, 1, 1), 3, 50);

        assertThat(shares[2]).isEqualTo(30);
        assertThat(servers.flows()).containsExactly(30, 30, 30);
    }

    @Test
    void shouldNotHerdWhileTheTableIsSilent() {
        int[] weights = {1, 2, 3, 4, 0, 10};

        long[] shares = Servers.shares(leastOf(new Servers(6), weights), 6, 20_000);

        for (int i = 0; i < weights.length; i++) {
            assertThat((double) shares[i]).isCloseTo(20_000 * weights[i] / 20.0, within(1.0 + weights[i]));
        }
    }

    @Test
    void shouldTakeExtremeWeights() {
        long[] shares = Servers.shares(leastOf(new Servers(2), 65_535, 1), 2, 65_536 * 3);
        assertThat(shares[1]).isBetween(3L, 4L);
    }

    @Test
    void shouldGiveAllToTheOnlyOne() {
        LeastConnections least = leastOf(new Servers(3), 0, 7, 0);
        assertThat(Servers.shares(least, 3, 100)).containsExactly(0, 100, 0);
    }

    @Test
    void shouldChooseNoneWhenThereIsNone() {
        assertThat(leastOf(new Servers(0)).choose(1)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(leastOf(new Servers(2), 0, 0).choose(1)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(leastOf(new Servers(2), 0, 0).peek(1)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(leastOf(new Servers(2), 0, 0).isHashing()).isFalse();
    }

    /** Of 16 drawn: Azar et al. have ln ln n / ln 16, 0.8 here, and a constant. */
    @Test
    void shouldStayEvenAmongTenThousand() {
        System.out.println("LeastConnectionsTest seed " + seed);
        Servers servers = new Servers(10_000);
        LeastConnections least = leastOf(servers, Servers.equal(10_000));
        for (int i = 0; i < 1_000_000; i++) {
            int expected = i % 1_000 == 0 ? least.peek(0) : -1;
            int chosen = least.choose(0);
            assertThat(expected == -1 || expected == chosen).isTrue();
        }

        long[] flows = servers.flows();
        System.out.printf(
                "lc: a million flows to 10,000 backends: from %d to %d each%n",
                Arrays.stream(flows).min().orElseThrow(),
                Arrays.stream(flows).max().orElseThrow());
        assertThat(Arrays.stream(flows).sum()).isEqualTo(1_000_000);
        assertThat(Arrays.stream(flows).max().orElseThrow()).as("seed %d", seed).isLessThanOrEqualTo(102);
    }

    @Test
    void shouldHonourWeightsAmongThousands() {
        System.out.println("LeastConnectionsTest seed " + seed);
        int[] weights = Servers.equal(2_000);
        weights[5] = 65_535;
        weights[6] = 2_000;
        weights[7] = 0;

        long[] shares = Servers.shares(leastOf(new Servers(2_000), weights), 2_000, 1_000_000);

        double perWeight = 1_000_000.0 / (65_535 + 2_000 + 1_997);
        assertThat(shares[5] / perWeight).as("seed %d", seed).isCloseTo(65_535, within(1_000.0));
        assertThat(shares[6] / perWeight).as("seed %d", seed).isCloseTo(2_000, within(60.0));
        assertThat(shares[7]).isZero();
    }
}
