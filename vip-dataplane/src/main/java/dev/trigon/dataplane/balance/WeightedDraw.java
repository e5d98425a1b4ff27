package dev.trigon.dataplane.balance;

/**
 * A draw by lot in which everybody has as many tickets as weight. Tickets are numbered, each holder's in a row. Whose one is,
 * is looked up among the ends of the rows, by halves, between two of them that a guide table says (Chen, Asau, "On generating
 * random variates from an empirical distribution", AIIE Transactions 6(2), 1974): a step or two, whatever the weights.
 */
final class WeightedDraw {
    /** The number of the ticket after each holder's last. */
    private final long[] ends;
    /** Who holds the first of each so many tickets; and who may hold the last. */
    private final int[] guide;

    private final int shift;

    /** @param weights one at least, all above 0 */
    WeightedDraw(int[] weights) {
        ends = new long[weights.length];
        long tickets = 0;
        for (int i = 0; i < weights.length; i++) {
            tickets += weights[i];
            ends[i] = tickets;
        }
        shift = Long.SIZE - Long.numberOfLeadingZeros(tickets / (2L * weights.length));
        guide = new int[(int) ((tickets - 1) >>> shift) + 2];
        int holder = 0;
        for (int i = 0; i < guide.length - 1; i++) {
            while (ends[holder] <= (long) i << shift) {
                holder++;
            }
            guide[i] = holder;
        }
        guide[guide.length - 1] = weights.length - 1;
    }

    /** Whom a random word draws. */
    int draw(long random) {
        return holder(ticket(random, ends[ends.length - 1]));
    }

    /** Whom a random word draws when one is drawn already; there are others. */
    int drawOther(long random, int drawn) {
        long first = drawn == 0 ? 0 : ends[drawn - 1];
        long held = ends[drawn] - first;
        long ticket = ticket(random, ends[ends.length - 1] - held);
        return holder(ticket < first ? ticket : ticket + held);
    }

    /** The word is taken for a fraction, of 63 bits. */
    private static long ticket(long random, long tickets) {
        return Math.multiplyHigh(random >>> 1, tickets << 1);
    }

    private int holder(long ticket) {
        int at = (int) (ticket >>> shift);
        int low = guide[at];
        int high = guide[at + 1];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] <= ticket) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
