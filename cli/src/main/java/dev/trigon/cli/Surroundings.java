package dev.trigon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * What a run finds around it.
 *
 * @param terminal whether what it prints is read on a terminal
 * @param pauseNs waits so long
 */
record Surroundings(Map<String, String> environment, boolean terminal, LongConsumer pauseNs) {

    static Surroundings ofThisProcess() {
        return new Surroundings(System.getenv(), isTerminal(1), LockSupport::parkNanos);
    }

    /** By the names that Linux gives them; System.console() knows of input and output together only. */
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException unknown) {
            return false;
        }
    }
}
