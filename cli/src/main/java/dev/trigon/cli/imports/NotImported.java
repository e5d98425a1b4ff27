package dev.trigon.cli.imports;

/** The input as a whole is not what it was taken for, or cannot be trusted to be complete. */
public final class NotImported extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;

    /** @param line 0: of none in particular */
    NotImported(int line, String why, String remedy) {
        super(Text.line(why + "; " + remedy));
        this.line = line;
    }

    /** The line that the operator reads. */
    public String of(String name) {
        return name + (line > 0 ? ":" + line : "") + ": " + getMessage();
    }
}
