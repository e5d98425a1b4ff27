package dev.trigon.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The nft program, asked for our table of a family. A change is one transaction: all of it or nothing. */
final class Nft {
    private static final int TIMEOUT_SECONDS = 10;

    private final List<Path> directories;

    /** @param directories where to look for the program, in order */
    Nft(List<Path> directories) {
        this.directories = List.copyOf(directories);
    }

    /** That of PATH, or where distributions keep it: root's PATH does not name /usr/sbin everywhere. */
    static Nft onPath() {
        String path = System.getenv().getOrDefault("PATH", "");
        return new Nft(Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/sbin"))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of)
                .toList());
    }

    /** Fails where the program is not installed. */
    void requireInstalled() {
        program();
    }

    /** The table without its counters' values, or {@link Item#ABSENT}. */
    String list(IpFamily family) {
        Output output = run(List.of("-s", "list", "table", family.nft(), RestoreTable.NAME), "");
        if (output.status() == 0) {
            return output.text();
        }
        if (output.text().contains("No such file or directory")) {
            return Item.ABSENT;
        }
        throw failure("nft list " + RestoreTable.reference(family), output);
    }

    /** Replaces the table, or with {@link Item#ABSENT} removes it. */
    void install(IpFamily family, String table) {
        String reference = RestoreTable.reference(family);
        // declared before it is deleted, it need not have been there: the same script creates and replaces it
        String clear = reference + "\ndelete " + reference + "\n";
        Output output = run(List.of("-f", "-"), table.equals(Item.ABSENT) ? clear : clear + table);
        if (output.status() != 0) {
            throw failure("nft -f - (" + reference + ")", output);
        }
    }

    private record Output(int status, String text) {}

    private static Refusal failure(String what, Output output) {
        String why = output.text().lines().findFirst().orElse("exit status " + output.status());
        return new Refusal(what, why, "look at `nft list ruleset`, and whether the kernel has nf_tables");
    }

    private Output run(List<String> arguments, String input) {
        List<String> command = new ArrayList<>(List.of(program().toString()));
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            // its messages are read here: they must not come translated
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            CompletableFuture<Boolean> ended = process.onExit()
                    .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .handle((done, late) -> {
                        if (late != null) {
                            process.destroyForcibly();
                        }
                        return late == null;
                    });
            feed(process, input);
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return ended.join()
                    ? new Output(process.exitValue(), text)
                    : new Output(-1, "no end after " + TIMEOUT_SECONDS + " s");
        } catch (IOException e) {
            throw new Refusal("nft", String.valueOf(e.getMessage()), "check that the program runs: nft --version", e);
        }
    }

    private static void feed(Process process, String input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // it ended without reading: its output says why
        }
    }

    private Path program() {
        return directories.stream()
                .map(directory -> directory.resolve("nft"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        "l3dsr", "the program nft is not installed", "install it: apt-get install nftables"));
    }
}
