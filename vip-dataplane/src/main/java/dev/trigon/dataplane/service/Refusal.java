package dev.trigon.dataplane.service;

import java.util.regex.Pattern;

/**
 * A request that was not carried out, with nothing changed. Reads as {@code what: why; remedy}, the one line an operator
 * gets to see.
 */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    /** What sort of refusal this is, for those who answer by it; the words carry the rest. */
    public enum Kind {
        /** Understood, but not to be done: a value out of range, a rule broken. */
        INVALID,
        /** Not understood: a syntax error, an unknown field, a wrong type. */
        MALFORMED,
        /** What it names is not there. */
        NOT_FOUND,
        /** It contradicts what is there. */
        CONFLICT,
        /** It was made for what is in force no more. */
        STALE,
        /** It could not be saved. */
        NOT_SAVED
    }

    /** What an operator reads in one glance, and more than any message here needs. What is longer echoes what was sent. */
    private static final int MAX_LENGTH = 1_000;

    private static final int TAIL = 300;
    /** Control and format characters, line and paragraph separators, and halves of surrogate pairs. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

    private final Kind kind;
    private final String what;
    private final String why;
    private final String remedy;

    public Refusal(String what, String why, String remedy) {
        this(Kind.INVALID, what, why, remedy);
    }

    public Refusal(Kind kind, String what, String why, String remedy) {
        super(line(what) + ": " + line(why) + "; " + line(remedy));
        this.kind = kind;
        this.what = line(what);
        this.why = line(why);
        this.remedy = line(remedy);
    }

    /** One line of bounded length, and nothing that a terminal would obey. */
    private static String line(String text) {
        String bounded = text.length() <= MAX_LENGTH
                ? text
                : text.substring(0, MAX_LENGTH - TAIL) + " … " + text.substring(text.length() - TAIL);
        return UNPRINTABLE.matcher(bounded).replaceAll("?");
    }

    public Kind kind() {
        return kind;
    }

    public String what() {
        return what;
    }

    public String why() {
        return why;
    }

    public String remedy() {
        return remedy;
    }
}
