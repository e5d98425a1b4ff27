package dev.trigon.cli;

import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import picocli.CommandLine.Option;

/**
 * Asks whether live flows are really to end, where somebody is there to answer. A script is never asked: it would wait for
 * nobody, or stop where it went on before (decision 24).
 */
final class Confirmation {
    /** Counting goes no further: nobody needs the rest in order to decide. */
    static final int MOST_COUNTED = 10_000;

    private static final Set<String> AGREED = Set.of("y", "yes");

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask, on a terminal, whether live flows are to end.")
    private boolean yes;

    /**
     * Comes back if it is to be done.
     *
     * @param does what is done to them: ends, or forgets
     * @param which after a blank, or nothing
     * @param flows counts the live flows that end; asked only where somebody can be
     */
    void ask(Session session, String does, String which, LongSupplier flows) {
        if (yes || !session.canAsk()) {
            return;
        }
        long count = flows.getAsLong();
        if (count == 0) {
            return;
        }
        String counted = Human.count(count, "flow") + (count == MOST_COUNTED ? " or more" : "");
        String answer = session.ask("this " + does + " " + counted + which + "; go on? [y/N] ");
        if (!AGREED.contains(answer.strip().toLowerCase(Locale.ROOT))) {
            throw new Refused("flows" + which + ": you did not say yes; answer y to go on, or give --yes");
        }
    }
}
