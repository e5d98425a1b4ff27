package dev.trigon.dataplane.service;

/**
 * A request that was not carried out, with nothing changed. Reads as {@code what: why; remedy}, the one line an operator
 * gets to see.
 */
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final String why;
    private final String remedy;

    public Refusal(String what, String why, String remedy) {
        super(what + ": " + why + "; " + remedy);
        this.what = what;
        this.why = why;
        this.remedy = remedy;
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
