package dev.trigon.cli;

/** What was asked for was not done, and nothing has changed. The message is the line that the operator reads. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String line) {
        super(line);
    }
}
