package dev.trigon.dataplane.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Held to Mitzenmacher, IEEE TPDS 12(10), 2001, and Berenbrink et al., "Balanced allocations: the heavily loaded case", 2006. */
class PowerOfTwoTest {
    private final long seed = System.nanoTime();

    private PowerOfTwo twoOf(Servers servers, int... weights) {
        return PowerOfTwo.of(servers.loads, weights, servers::nowNs, seed);
    }

    /** The gap is about ln ln n / ln 2, and one drawn alone has about sqrt(2 m/n ln n): 37 to 43 here. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, 10_000})
    void shouldBeFarMoreEvenThanChance(int servers) {
        System.out.println("PowerOfTwoTest seed " + seed);
        int flows = 100 * servers;
        long[] two = Servers.shares(twoOf(new Servers(servers), Servers.equal(servers)), servers, flows);
        long[] one = new long[servers];
        new Random(seed).ints(flows, 0, servers).forEach(server -> one[server]++);

        double theory = Math.log(Math.log(servers)) / Math.log(2);
        System.out.printf(
                "p2c: %,d flows to %,d backends: %d above the mean, theory %.1f + O(1); by chance %d%n",
                flows, servers, gap(two), theory, gap(one));
        assertThat((double) gap(two)).as("seed %d", seed).isLessThan(theory + 2);
        assertThat(gap(one)).as("seed %d", seed).isGreaterThan(20);
    }

    private static long gap(long[] flows) {
        return Arrays.stream(flows).max().orElseThrow() - Arrays.stream(flows).sum() / flows.length;
    }

    /** That it does not grow with the flows is what two choices have over one. */
    @Test
    void shouldNotDriftApartHoweverManyFlowsThereAre() {
        System.out.println("PowerOfTwoTest seed " + seed);
        Servers servers = new Servers(100);
        PowerOfTwo two = twoOf(servers, Servers.equal(100));
        long[] shares = new long[100];
        for (int times = 1; times <= 20; times++) {
            for (int i = 0; i < 50_000; i++) {
                shares[two.choose(i)]++;
            }
            assertThat(gap(shares))
                    .as("after %d times 50,000; seed %d", times, seed)
                    .isLessThan(6);
        }
    }

    @Test
    void shouldHonourWeights() {
        System.out.println("PowerOfTwoTest seed " + seed);
        int[] weights = new int[64];
        Arrays.setAll(weights, i -> 1 + i % 8);
        weights[63] = 100;
        double sum = Arrays.stream(weights).sum();

        long[] shares = Servers.shares(twoOf(new Servers(64), weights), 64, 400_000);

        for (int i = 0; i < weights.length; i++) {
            double share = 400_000 * weights[i] / sum;
            assertThat((double) shares[i]).as("seed %d", seed).isCloseTo(share, within(0.02 * share));
        }
    }

    /** Those that were given flows by others draw few until they are even. */
    @Test
    void shouldTakeTheFreerOfTwo() {
        Servers servers = new Servers(2);
        servers.inTable[0].set(1_000);

        assertThat(Servers.shares(twoOf(servers, 1, 1), 2, 1_000)).containsExactly(0, 1_000);
    }

    @Test
    void shouldDrawTwoWhateverTheWeights() {
        Servers servers = new Servers(2);
        servers.inTable[0].set(1_000_000_000);

        assertThat(Servers.shares(twoOf(servers, 65_535, 1), 2, 1_000)).containsExactly(0, 1_000);
    }

    @Test
    void shouldSayBeforeWhatItWillChoose() {
        Servers servers = new Servers(50);
        PowerOfTwo two = twoOf(servers, Servers.equal(50));
        for (int i = 0; i < 10_000; i++) {
            int expected = two.peek(i);
            assertThat(two.peek(-i)).isEqualTo(expected);
            assertThat(two.choose(i)).isEqualTo(expected);
        }
    }

    @Test
    void shouldGiveNothingToABackendOfWeightZero() {
        assertThat(Servers.shares(twoOf(new Servers(3), 1, 0, 1), 3, 1_000)[1]).isZero();
    }

    @Test
    void shouldGiveAllToTheOnlyOne() {
        assertThat(Servers.shares(twoOf(new Servers(3), 0, 0, 7), 3, 100)).containsExactly(0, 0, 100);
        assertThat(Servers.shares(twoOf(new Servers(1), 65_535), 1, 100)).containsExactly(100);
    }

    @Test
    void shouldChooseNoneWhenThereIsNone() {
        assertThat(twoOf(new Servers(0)).choose(1)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(twoOf(new Servers(2), 0, 0).choose(1)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(twoOf(new Servers(2), 0, 0).peek(1)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(twoOf(new Servers(2), 0, 0).isHashing()).isFalse();
    }
}
