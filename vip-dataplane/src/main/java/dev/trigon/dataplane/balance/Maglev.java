package dev.trigon.dataplane.balance;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Maglev hashing: Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, section 3.4.
 *
 * <p>Each backend has a permutation of the table's slots, of its own and from its name alone: the slots
 * {@code offset, offset + skip, offset + 2 skip, …} modulo a prime size. The backends take turns, each claiming the next
 * slot of its permutation that nobody has, until the table is full. So every backend gets its share to within one turn,
 * and a backend that leaves gives up its slots while most of the others keep theirs. A flow's hash names a slot, and that
 * is the choice: any gateway with the same backends chooses the same, in whatever order it lists them.
 *
 * <p>Weights change how often a backend has its turn: it claims a slot in those rounds in which its accumulated share
 * reaches a whole one, the heaviest backend's share being one a round.
 */
public final class Maglev implements Scheduler {
    /** Prime, and the paper's choice of size: more than 100 slots each for some hundreds of backends. */
    public static final int TABLE_SIZE = 65_537;

    /** Primes, each about four times the one before it. */
    private static final int[] SIZES = {251, 1_021, 4_093, 16_381, TABLE_SIZE};

    /** What keeps the shares even to within a percent, as in the paper. */
    private static final int SLOTS_PER_BACKEND = 100;

    private static final char UNCLAIMED = Character.MAX_VALUE;

    /** Two octets a slot are enough: a table of more backends than this has no slot for each. */
    public static final int MOST_BACKENDS = UNCLAIMED;

    private final char[] table;

    private Maglev(char[] table) {
        this.table = table;
    }

    /** The least of the sizes that gives so many backends {@value #SLOTS_PER_BACKEND} slots each; for more, the largest. */
    public static int sizeFor(int backends) {
        long wanted = (long) backends * SLOTS_PER_BACKEND;
        return Arrays.stream(SIZES).filter(size -> size >= wanted).findFirst().orElse(TABLE_SIZE);
    }

    /**
     * Builds a table.
     *
     * @param high words of what names each backend, the same on every gateway: its address
     * @param low words of the same
     * @param weights of each backend; one of weight 0 gets no slot
     * @param size how many slots, a prime
     * @throws IllegalArgumentException for more than {@link #MOST_BACKENDS}
     */
    public static Maglev of(long[] high, long[] low, int[] weights, int size) {
        if (low.length > MOST_BACKENDS) {
            throw new IllegalArgumentException(low.length + " backends; " + MOST_BACKENDS + " at most");
        }
        int heaviest = Arrays.stream(weights).max().orElse(0);
        return new Maglev(heaviest == 0 ? new char[0] : populate(high, low, weights, heaviest, size));
    }

    private static char[] populate(long[] high, long[] low, int[] weights, int heaviest, int size) {
        int[] turns = inCanonicalOrder(high, low, weights);
        // one after another in memory, as their turns are
        int[] slot = new int[turns.length];
        int[] skip = new int[turns.length];
        int[] weight = new int[turns.length];
        for (int turn = 0; turn < turns.length; turn++) {
            long name = Scatter.fold(high[turns[turn]], low[turns[turn]]);
            slot[turn] = (int) Long.remainderUnsigned(Scatter.mix(name), size);
            skip[turn] = (int) Long.remainderUnsigned(Scatter.mix(~name), size - 1) + 1;
            weight[turn] = weights[turns[turn]];
        }
        char[] table = new char[size];
        Arrays.fill(table, UNCLAIMED);
        int[] share = new int[turns.length];
        int claimed = 0;
        while (claimed < size) {
            for (int turn = 0; turn < turns.length && claimed < size; turn++) {
                share[turn] += weight[turn];
                if (share[turn] >= heaviest) {
                    share[turn] -= heaviest;
                    slot[turn] = unclaimed(table, slot[turn], skip[turn]);
                    table[slot[turn]] = (char) turns[turn];
                    claimed++;
                }
            }
        }
        return table;
    }

    /** The next of a permutation's slots that nobody has. */
    private static int unclaimed(char[] table, int from, int skip) {
        int slot = from;
        while (table[slot] != UNCLAIMED) {
            slot += skip;
            // less than a division, and most of what a table takes is spent here
            slot -= slot >= table.length ? table.length : 0;
        }
        return slot;
    }

    /**
     * Who has turns at all. Whose is first decides who gets a slot that two want: by address, so that no list's order matters.
     */
    private static int[] inCanonicalOrder(long[] high, long[] low, int[] weights) {
        return IntStream.range(0, low.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .sorted((a, b) -> high[a] == high[b]
                        ? Long.compareUnsigned(low[a], low[b])
                        : Long.compareUnsigned(high[a], high[b]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @Override
    public int choose(long flowHash) {
        return table.length == 0 ? NO_BACKEND : table[(int) Long.remainderUnsigned(flowHash, table.length)];
    }

    @Override
    public int peek(long flowHash) {
        return choose(flowHash);
    }

    @Override
    public boolean isHashing() {
        return true;
    }
}
