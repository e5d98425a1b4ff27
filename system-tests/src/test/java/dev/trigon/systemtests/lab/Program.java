package dev.trigon.systemtests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that runs until it is stopped or done; what it says goes to a log of its own. */
public final class Program {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final String name;
    private final Process process;
    private final Path log;

    private Program(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    static Program start(String name, Path log, List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new Program(name, process, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** How a program came to its end that was not to end yet. */
    AssertionError ended() {
        return new AssertionError(name + " ended with " + process.exitValue() + "; it said:\n" + log());
    }

    /** What it has said, and, as it is a Java program that should have gone on, what its threads are at. */
    String stuck() {
        int before = log().length();
        signal("QUIT");
        try {
            Eventually.within(Duration.ofSeconds(5), () -> log().length() > before, () -> "no word from it");
        } catch (AssertionError e) {
            return name + " does not even show its threads; it said:\n" + log();
        }
        return name + " said:\n" + log();
    }

    void signal(String name) {
        Output.of(Map.of(), List.of("kill", "-" + name, String.valueOf(process.pid())));
    }

    /** All it has said, in earlier lives as well if it had the same log. */
    public String log() {
        return Output.read(log);
    }

    /** Waits until it is done by itself, and says what it ended with. */
    public int await(Duration limit) {
        try {
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError(name + " did not end in " + limit + "; it said:\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM, and what it ended with. */
    public int stop() {
        process.destroy();
        return await(STOP_LIMIT);
    }

    /** SIGINT, as Ctrl-C sends it, and what it ended with. */
    public int interrupt() {
        signal("INT");
        return await(STOP_LIMIT);
    }

    /** SIGKILL: it learns nothing of it. */
    public void kill() {
        process.destroyForcibly();
        await(STOP_LIMIT);
    }
}
