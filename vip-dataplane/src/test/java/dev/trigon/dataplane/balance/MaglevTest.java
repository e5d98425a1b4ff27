package dev.trigon.dataplane.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Held to the paper: Eisenbud et al., NSDI 2016, sections 3.4 and 5.3. */
class MaglevTest {
    private static final int SLOTS = Maglev.TABLE_SIZE;
    /** What Arrays.mismatch calls equal. */
    private static final int SAME = -1;

    private static final long FIRST_ADDRESS = 0x0A02_000BL;

    /** As backends are numbered in life: addresses in a row. */
    private static long[] inARow(int backends) {
        long[] identities = new long[backends];
        Arrays.setAll(identities, i -> FIRST_ADDRESS + i);
        return identities;
    }

    /** Of backends whose addresses differ in the low words alone. */
    private static Maglev maglev(long[] identities, int[] weights) {
        return Maglev.of(new long[identities.length], identities, weights, SLOTS);
    }

    private static int[] equal(int backends) {
        int[] weights = new int[backends];
        Arrays.fill(weights, 100);
        return weights;
    }

    /** Which backend each slot names: a hash below the table's size names the slot of that number. */
    private static int[] slots(Maglev maglev) {
        int[] slots = new int[SLOTS];
        Arrays.setAll(slots, maglev::choose);
        return slots;
    }

    private static int[] shares(int[] slots, int backends) {
        int[] shares = new int[backends];
        for (int backend : slots) {
            shares[backend]++;
        }
        return shares;
    }

    @Test
    void shouldGiveEachOfAHundredBackendsAnEqualShareWithinOnePercent() {
        int[] shares = shares(slots(maglev(inARow(100), equal(100))), 100);

        System.out.printf(
                "Maglev: 100 backends, %d slots: shares from %d to %d%n",
                SLOTS,
                Arrays.stream(shares).min().orElseThrow(),
                Arrays.stream(shares).max().orElseThrow());
        for (int share : shares) {
            assertThat((double) share).isCloseTo(SLOTS / 100.0, Percentage.withPercentage(1));
        }
    }

    /**
     * A hundredth of the slots must move, those of the backend that leaves. Of the others' some move as well, where two
     * permutations now meet in another turn; section 5.3 of the paper accepts that and bounds it by experience only.
     * Measured here over each of the hundred that can leave: 0.57 % on average, 0.65 % at worst. The bound is 1 %: what
     * moves needlessly is less than what must. By a hash modulo the number of backends 99 % would move.
     */
    @Test
    void shouldMoveFewSlotsOfTheOthersWhenOneOfAHundredLeaves() {
        long[] identities = inARow(100);
        int[] before = slots(maglev(identities, equal(100)));
        double sum = 0;
        double worst = 0;
        for (int leaving = 0; leaving < 100; leaving++) {
            int[] weights = equal(100);
            weights[leaving] = 0;
            double moved = movedOfOthers(before, slots(maglev(identities, weights)), leaving);
            sum += moved;
            worst = Math.max(worst, moved);
        }

        System.out.printf(
                "Maglev: one of 100 leaves: of the other 99 backends' slots %.2f %% moved on average, %.2f %% at worst%n",
                sum, 100 * worst);
        assertThat(worst).isLessThan(0.01);
    }

    private static double movedOfOthers(int[] before, int[] after, int leaving) {
        int others = 0;
        int moved = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            if (before[slot] != leaving) {
                others++;
                moved += before[slot] == after[slot] ? 0 : 1;
            }
            assertThat(after[slot]).isNotEqualTo(leaving);
        }
        return (double) moved / others;
    }

    @Test
    void shouldMoveAsFewSlotsWhenABackendIsTakenOffTheListAsWhenItsWeightIsZero() {
        long[] all = inARow(100);
        int[] weights = equal(100);
        weights[42] = 0;
        int[] drained = slots(maglev(all, weights));

        long[] without = new long[99];
        System.arraycopy(all, 0, without, 0, 42);
        System.arraycopy(all, 43, without, 42, 57);
        int[] removed = slots(maglev(without, equal(99)));

        assertThat(Arrays.mismatch(identitiesOf(removed, without), identitiesOf(drained, all)))
                .isEqualTo(SAME);
    }

    private static long[] identitiesOf(int[] slots, long[] identities) {
        return Arrays.stream(slots).mapToLong(backend -> identities[backend]).toArray();
    }

    @Test
    void shouldShareOutByWeightWithinOnePercent() {
        int[] weights = {100, 200, 300, 50, 350};

        int[] shares = shares(slots(maglev(inARow(5), weights)), 5);

        for (int i = 0; i < weights.length; i++) {
            assertThat((double) shares[i]).isCloseTo(SLOTS * weights[i] / 1000.0, Percentage.withPercentage(1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1_000, 65_535})
    void shouldGiveEqualWeightsEqualSharesWhateverTheWeight(int weight) {
        int[] weights = {weight, weight, weight};

        int[] shares = shares(slots(maglev(inARow(3), weights)), 3);

        for (int share : shares) {
            assertThat(share).isCloseTo(SLOTS / 3, within(1));
        }
    }

    @Test
    void shouldTakeExtremeWeights() {
        int[] shares = shares(slots(maglev(inARow(3), new int[] {65_535, 65_535, 6_553})), 3);

        assertThat((double) shares[2]).isCloseTo(SLOTS / 21.0, Percentage.withPercentage(1));
        assertThat(shares(slots(maglev(inARow(2), new int[] {1, 65_535})), 2)[0])
                .isLessThanOrEqualTo(2);
    }

    @Test
    void shouldGiveNothingToABackendOfWeightZero() {
        int[] shares = shares(slots(maglev(inARow(3), new int[] {100, 0, 100})), 3);

        assertThat(shares[1]).isZero();
        assertThat(shares[0]).isCloseTo(shares[2], within(1));
    }

    /** Two gateways whose files list the same backends in another order must send a flow to the same one. */
    @Test
    void shouldChooseTheSameBackendWhateverTheOrderOfTheList() {
        long seed = System.nanoTime();
        System.out.println("MaglevTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 10; round++) {
            int backends = 2 + random.nextInt(50);
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < backends; i++) {
                order.add(i);
            }
            long[] identities = inARow(backends);
            int[] weights = random.ints(backends, 0, 200).toArray();
            weights[0] = 100;
            Collections.shuffle(order, random);
            long[] shuffled = order.stream().mapToLong(i -> identities[i]).toArray();
            int[] shuffledWeights = order.stream().mapToInt(i -> weights[i]).toArray();

            int[] here = slots(maglev(identities, weights));
            int[] there = slots(maglev(shuffled, shuffledWeights));

            assertThat(Arrays.mismatch(identitiesOf(there, shuffled), identitiesOf(here, identities)))
                    .as("first slot that differs; seed %d", seed)
                    .isEqualTo(SAME);
        }
    }

    /** IPv6: backends that differ in their network, in their host part, or in both, some with the words exchanged. */
    @Test
    void shouldPlaceByBothWordsWhateverTheOrderOfTheList() {
        long[] high = {0x2001_0DB8_0002_0000L, 0x2001_0DB8_0003_0000L, 0x2001_0DB8_0002_0000L, 0x11, 0, 0x12};
        long[] low = {0x11, 0x11, 0x12, 0x2001_0DB8_0002_0000L, 0xFFFF_0A02_000BL, 0x11};
        int[] turned = {3, 5, 1, 0, 4, 2};
        long[] turnedHigh = Arrays.stream(turned).mapToLong(i -> high[i]).toArray();
        long[] turnedLow = Arrays.stream(turned).mapToLong(i -> low[i]).toArray();

        int[] here = slots(Maglev.of(high, low, equal(6), SLOTS));
        int[] there = slots(Maglev.of(turnedHigh, turnedLow, equal(6), SLOTS));

        assertThat(Arrays.stream(there).map(i -> turned[i]).toArray()).isEqualTo(here);
        for (int share : shares(here, 6)) {
            assertThat(share).isCloseTo(SLOTS / 6, within(1));
        }
    }

    /** Two addresses that fold into one word have the same permutation; the address still breaks the tie. */
    @Test
    void shouldNotDependOnTheOrderWhereTwoAddressesFoldIntoOne() {
        long[] high = {0x2001_0DB8_0002_0000L, 0};
        long[] low = {0x11, Scatter.fold(0x2001_0DB8_0002_0000L, 0x11)};

        int[] here = slots(Maglev.of(high, low, equal(2), SLOTS));
        int[] there = slots(Maglev.of(new long[] {high[1], high[0]}, new long[] {low[1], low[0]}, equal(2), SLOTS));

        assertThat(Arrays.stream(there).map(i -> 1 - i).toArray()).isEqualTo(here);
    }

    @Test
    void shouldAnswerTheSameEachTime() {
        assertThat(slots(maglev(inARow(20), equal(20)))).isEqualTo(slots(maglev(inARow(20), equal(20))));
        Maglev maglev = maglev(inARow(20), equal(20));
        for (long hash = -1_000; hash < 1_000; hash++) {
            assertThat(maglev.choose(hash)).isEqualTo(maglev.peek(hash)).isBetween(0, 19);
        }
        assertThat(maglev.isHashing()).isTrue();
    }

    @Test
    void shouldSpreadHashesOfAllMagnitudes() {
        Maglev maglev = maglev(inARow(4), equal(4));
        int[] chosen = new int[4];
        for (long i = 0; i < 400_000; i++) {
            chosen[maglev.choose(i * 0x9E37_79B9_7F4A_7C15L)]++;
        }

        for (int times : chosen) {
            assertThat((double) times).isCloseTo(100_000, Percentage.withPercentage(2));
        }
    }

    @Test
    void shouldGiveAllToTheOnlyBackend() {
        assertThat(slots(maglev(inARow(1), new int[] {7}))).containsOnly(0);
        assertThat(slots(maglev(inARow(3), new int[] {0, 5, 0}))).containsOnly(1);
    }

    @Test
    void shouldChooseNoneWhenThereIsNone() {
        assertThat(maglev(new long[0], new int[0]).choose(42)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(maglev(inARow(2), new int[] {0, 0}).choose(42)).isEqualTo(Scheduler.NO_BACKEND);
        assertThat(maglev(inARow(2), new int[] {0, 0}).peek(42)).isEqualTo(Scheduler.NO_BACKEND);
    }

    /** Rows: backends, and the least of the primes that gives each a hundred slots. */
    @ParameterizedTest(name = "{0} backends: {1} slots")
    @CsvSource({
        "1, 251",
        "2, 251",
        "3, 1021",
        "10, 1021",
        "11, 4093",
        "41, 16381",
        "163, 16381",
        "164, 65537",
        "700, 65537"
    })
    void shouldBeNoLargerThanSoManyBackendsNeed(int backends, int slots) {
        long[] low = LongStream.range(1, backends + 1).toArray();
        int[] weights = new int[backends];
        Arrays.fill(weights, 1);
        assertThat(Maglev.sizeFor(backends)).isEqualTo(slots);
        Maglev small = Maglev.of(new long[backends], low, weights, slots);

        int[] share = new int[backends];
        for (int hash = 0; hash < slots; hash++) {
            assertThat(small.choose(hash + slots)).isEqualTo(small.choose(hash));
            share[small.choose(hash)]++;
        }
        assertThat(Arrays.stream(share)).allMatch(each -> each >= slots / backends && each <= slots / backends + 1);
    }
}
