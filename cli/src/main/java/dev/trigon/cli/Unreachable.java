package dev.trigon.cli;

import java.nio.file.Path;

/** vipd did not answer at its socket. */
final class Unreachable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreachable(Path socket, String why, Throwable cause) {
        super(
                "cannot reach vipd at " + socket + ": " + why
                        + "; is vipd running? start it, or say where it listens with --socket",
                cause);
    }
}
