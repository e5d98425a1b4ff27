package dev.trigon.dataplane.balance;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * How many flows a backend has, as whoever chooses among backends needs it: those that the flow table counts, and those that
 * were given to it a moment ago. Any thread; no lock, and nothing is allocated.
 *
 * <p>The table is late: a connection gets there when its client has answered the server, a round trip after the choice. By the
 * table alone, all that begins within that time would be sent to whoever had the fewest flows before (Mitzenmacher, "How
 * useful is old information?", IEEE TPDS 11(1), 2000). So what is given counts at once, for one to two spans of half a second
 * each; a handshake that is not complete by then seldom ever is. What came into the table meanwhile is known from its count,
 * so that it does not count twice:
 *
 * <pre>
 *   load = the lesser of (had when the span before began, in the table now) + given since, or the table's count if that is more
 * </pre>
 *
 * <p>Who gives does so by a compare-and-set of one word, and who begins a span notes after that what the backend had by then.
 * In between another thread may meet the new word with the old note. It is wrong for a moment, by no more than was given.
 *
 * <pre>
 *   63                 44 43                 22 21                  0
 *   +--------------------+---------------------+---------------------+
 *   |        span        |   in the one before |       in it         |   given
 *   +--------------------+---------------------+---------------------+
 * </pre>
 */
public final class Load {
    /** 2^29 ns: half a second. */
    private static final int SPAN_SHIFT = 29;

    private static final int SPAN_BITS = 20;
    private static final int COUNT_BITS = 22;
    private static final int SPAN_AT = 2 * COUNT_BITS;
    private static final int COUNT_MASK = (1 << COUNT_BITS) - 1;
    private static final int STALE = 2;

    private static final VarHandle GIVEN;

    static {
        try {
            GIVEN = MethodHandles.lookup().findVarHandle(Load.class, "given", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LongSupplier inTable;
    private volatile long given;
    /** What it had when the span of {@link #given} began. */
    private volatile long had;

    private volatile long hadBefore;

    /** @param inTable how many of its flows the table has; quick to say */
    public Load(LongSupplier inTable) {
        this.inTable = inTable;
    }

    /** The span that a moment is in. Read once a choice. */
    static int span(long nanoTime) {
        return (int) (nanoTime >>> SPAN_SHIFT);
    }

    long flows(int span) {
        long known = inTable.getAsLong();
        long word = given;
        int age = age(word, span);
        if (age == 0) {
            return together(known, hadBefore, before(word) + within(word));
        }
        return age == 1 ? together(known, had, within(word)) : known;
    }

    private static long together(long known, long had, long givenSince) {
        return Math.max(known, Math.min(had, known) + givenSince);
    }

    /** One more flow is given to it. */
    void give(int span) {
        while (true) {
            long word = given;
            int age = age(word, span);
            if (age == 0) {
                // no more than the bits hold: millions in half a second
                boolean fits = within(word) < COUNT_MASK;
                if (GIVEN.compareAndSet(this, word, fits ? word + 1 : word)) {
                    return;
                }
            } else {
                long flows = flows(span);
                if (GIVEN.compareAndSet(this, word, word(span, age == 1 ? within(word) : 0) + 1)) {
                    hadBefore = age == 1 ? had : flows;
                    had = flows;
                    return;
                }
            }
        }
    }

    private static long word(int span, long before) {
        return ((long) span << SPAN_AT) | (before << COUNT_BITS);
    }

    private static long before(long word) {
        return (word >>> COUNT_BITS) & COUNT_MASK;
    }

    private static long within(long word) {
        return word & COUNT_MASK;
    }

    /** How many spans ago that of a word was. A thread may be late, and its span just over: that is none. */
    private static int age(long word, int span) {
        int unused = Integer.SIZE - SPAN_BITS;
        int age = (span - (int) (word >>> SPAN_AT)) << unused >> unused;
        return age == -1 ? 0 : age == 0 || age == 1 ? age : STALE;
    }
}
