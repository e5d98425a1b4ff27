package dev.trigon.dataplane.balance;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Each backend in turn, as often as its weight asks. The order of one whole round is laid out beforehand, spread as
 * evenly as it goes, so that a choice is one step of a shared cursor.
 *
 * <p>The order is the "smooth" one: at each step every backend gains its weight in credit, the one with the most credit
 * is taken and pays the sum of all weights. With weights 5, 1, 1 that gives a a b a c a a, and not a a a a a b c.
 */
public final class WeightedRoundRobin implements Scheduler {
    /** The longest round. Weights that need a longer one are scaled down to fit, to within one part in as many. */
    static final int MAX_ROUND = 16_384;

    private final int[] round;
    private final AtomicInteger cursor;

    private WeightedRoundRobin(int[] round, int first) {
        this.round = round;
        this.cursor = new AtomicInteger(first);
    }

    public static WeightedRoundRobin of(int[] weights) {
        return of(weights, null);
    }

    /** Goes on where the one before it was: whoever is first in a list would gain with each change, otherwise. */
    public static WeightedRoundRobin of(int[] weights, @Nullable Scheduler before) {
        int first = before instanceof WeightedRoundRobin other ? other.cursor.get() : 0;
        return new WeightedRoundRobin(layOut(reduce(weights)), first);
    }

    @Override
    public int choose(long flowHash) {
        return round.length == 0 ? NO_BACKEND : at(cursor.getAndIncrement());
    }

    @Override
    public int peek(long flowHash) {
        return round.length == 0 ? NO_BACKEND : at(cursor.get());
    }

    private int at(int step) {
        return round[Integer.remainderUnsigned(step, round.length)];
    }

    @Override
    public boolean isHashing() {
        return false;
    }

    /** The same proportions in small numbers; a weight above 0 stays above 0. */
    static int[] reduce(int[] weights) {
        int divisor = 0;
        long sum = 0;
        for (int weight : weights) {
            divisor = greatestCommonDivisor(divisor, weight);
            sum += weight;
        }
        if (sum == 0) {
            return weights.clone();
        }
        long round = sum / divisor;
        int[] reduced = new int[weights.length];
        for (int i = 0; i < weights.length; i++) {
            long share = weights[i] / divisor;
            reduced[i] = round <= MAX_ROUND || share == 0 ? (int) share : (int) Math.max(1, share * MAX_ROUND / round);
        }
        return reduced;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    private static int[] layOut(int[] weights) {
        int sum = Arrays.stream(weights).sum();
        if (Arrays.stream(weights).allMatch(weight -> weight <= 1)) {
            // nothing to spread, and there may be thousands
            return IntStream.range(0, weights.length)
                    .filter(place -> weights[place] == 1)
                    .toArray();
        }
        int[] round = new int[sum];
        int[] credit = new int[weights.length];
        for (int step = 0; step < sum; step++) {
            int richest = 0;
            for (int i = 0; i < weights.length; i++) {
                credit[i] += weights[i];
                if (credit[i] > credit[richest]) {
                    richest = i;
                }
            }
            credit[richest] -= sum;
            round[step] = richest;
        }
        return round;
    }
}
