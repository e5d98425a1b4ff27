package dev.trigon.agent;

import static dev.trigon.linux.NetworkNamespace.sh;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The real program in a JVM of its own, in the network namespace of the thread that started it. */
final class AgentProcess implements AutoCloseable {
    private static final long DEADLINE_MS = 20_000;

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;

    private AgentProcess(Process process) {
        this.process = process;
        this.reader = new Thread(this::read, "agent's output");
        reader.start();
    }

    /**
     * @param wrapper a command that is to run the agent
     * @param path what its PATH is to begin with
     */
    static AgentProcess start(Path state, List<String> wrapper, String path, String arguments) {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                VipAgent.class.getName()));
        command.addAll(List.of(arguments.split(" ", -1)));
        command.addAll(List.of("--state", state.toString()));
        // a shell that runs the tests in the background has SIGINT ignored, and who inherits that cannot be told to end
        // by it
        command.addAll(0, List.of("env", "--default-signal=INT"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", path, (old, first) -> first + old);
        try {
            return new AgentProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            // the process was killed
        }
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    long pid() {
        return process.pid();
    }

    AgentProcess awaitLine(String text) {
        until(() -> !process.isAlive() || printed(text), "a line with \"" + text + "\"");
        if (!printed(text)) {
            awaitExit();
            assertThat(lines()).as("output of an agent that ended").anyMatch(line -> line.contains(text));
        }
        return this;
    }

    private boolean printed(String text) {
        return lines().stream().anyMatch(line -> line.contains(text));
    }

    /** Ready, and watching. */
    AgentProcess awaitReady() {
        return awaitLine("ready: ");
    }

    void until(BooleanSupplier condition, String what) {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("waiting for %s; output: %s", what, lines())
                    .isLessThan(deadlineNs);
            try {
                // reads are cheap, and there are two cores
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new AssertionError(what, e);
            }
        }
    }

    int awaitExit() {
        try {
            assertThat(process.waitFor(DEADLINE_MS, TimeUnit.MILLISECONDS))
                    .as("end of the agent; output: %s", lines())
                    .isTrue();
            reader.join(DEADLINE_MS);
        } catch (InterruptedException e) {
            throw new AssertionError("end of the agent", e);
        }
        return process.exitValue();
    }

    /** @return the exit status after that signal */
    int end(String signal) {
        sh("kill -" + signal + " " + process.pid());
        return awaitExit();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit();
    }
}
