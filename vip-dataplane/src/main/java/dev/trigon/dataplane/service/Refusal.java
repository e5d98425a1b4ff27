package dev.trigon.dataplane.service;

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
        /** It could not be saved. */
        NOT_SAVED
    }

    private final Kind kind;
    private final String what;
    private final String why;
    private final String remedy;

    public Refusal(String what, String why, String remedy) {
        this(Kind.INVALID, what, why, remedy);
    }

    public Refusal(Kind kind, String what, String why, String remedy) {
        super(what + ": " + why + "; " + remedy);
        this.kind = kind;
        this.what = what;
        this.why = why;
        this.remedy = remedy;
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
