package dev.trigon.cli.imports;

/**
 * A piece of the input that nothing can be made of, in words for the operator. The rest may still do: many may be thrown, so none has a
 * stack trace.
 */
final class Misfit extends Exception {
    private static final long serialVersionUID = 1L;

    private final String why;
    private final String remedy;

    Misfit(String why, String remedy) {
        super(why, null, false, false);
        this.why = why;
        this.remedy = remedy;
    }

    String why() {
        return why;
    }

    String remedy() {
        return remedy;
    }
}
