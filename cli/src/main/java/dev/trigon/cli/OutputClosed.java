package dev.trigon.cli;

/** The output takes no more, so there is no use in going on. */
final class OutputClosed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputClosed() {
        super("the output takes no more");
    }
}
