package dev.trigon.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a run finds around it.
 *
 * @param terminal whether what it prints is read on a terminal
 * @param answers of somebody who can be asked; null where nobody can
 * @param nowNs the time, from no point in particular
 * @param pauseNs waits so long
 */
record Surroundings(
        Map<String, String> environment,
        boolean terminal,
        @Nullable BufferedReader answers,
        LongSupplier nowNs,
        LongConsumer pauseNs) {

    /** Somebody can be asked who sees a question on stderr, answers on stdin and reads on stdout what came of it. */
    static Surroundings ofThisProcess() {
        boolean terminal = isTerminal(1);
        boolean canAsk = terminal && isTerminal(0) && isTerminal(2);
        return new Surroundings(
                System.getenv(),
                terminal,
                canAsk ? new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())) : null,
                System::nanoTime,
                LockSupport::parkNanos);
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
