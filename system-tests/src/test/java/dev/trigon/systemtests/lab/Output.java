package dev.trigon.systemtests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a command came to. */
public record Output(List<String> command, int exit, String out, String err) {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    static Output of(Map<String, String> environment, List<String> command) {
        Path out = temporaryFile();
        Path err = temporaryFile();
        try {
            // Into files, as a pipe that nobody empties would stop the command.
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        command + " did not end in " + LIMIT + "\n" + Files.readString(out) + Files.readString(err));
            }
            return new Output(command, process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            delete(out);
            delete(err);
        }
    }

    /** Refuses to go on with what a failed command said. */
    public Output orFail() {
        if (exit != 0) {
            throw new AssertionError(this);
        }
        return this;
    }

    public List<String> lines() {
        return out.lines().toList();
    }

    @Override
    public String toString() {
        return String.join(" ", command) + "\nended with " + exit + "\n" + out + err;
    }

    private static Path temporaryFile() {
        try {
            return Files.createTempFile("trigon-test", ".out");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            // What a program writes need not be UTF-8 to the last octet: it may be at it now.
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
