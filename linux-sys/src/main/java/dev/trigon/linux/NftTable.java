package dev.trigon.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One nftables table, by way of the nft program. A change is one transaction: at no moment is there half of it, or none.
 *
 * @param family nft's word: ip, ip6, inet
 */
public record NftTable(String family, String name, List<Path> directories) {
    private static final int TIMEOUT_SECONDS = 10;
    private static final String PROGRAM = "nft";

    public NftTable {
        directories = List.copyOf(directories);
    }

    /** With the program of PATH, or from where distributions keep it: root's PATH does not name /usr/sbin everywhere. */
    public static NftTable of(String family, String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        List<Path> directories = Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/sbin"))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of)
                .toList();
        return new NftTable(family, name, directories);
    }

    public boolean isProgramInstalled() {
        return program().isPresent();
    }

    /** The table as nft shows it, without the values of counters; empty where there is none. */
    public Optional<String> list() {
        Output output = run(List.of("-s", "list", "table", family, name), "");
        if (output.status == 0) {
            return Optional.of(output.text);
        }
        if (output.text.contains("No such file or directory")) {
            return Optional.empty();
        }
        throw failure("nft list " + table(), output);
    }

    /** Puts the table there with these chains, and in the place of what was there. */
    public void replace(String chains) {
        apply(clear() + table() + " {\n" + chains + "}\n");
    }

    /** Takes the table away, if it is there. */
    public void remove() {
        apply(clear());
    }

    private void apply(String script) {
        Output output = run(List.of("-f", "-"), script);
        if (output.status != 0) {
            throw failure("nft -f - (" + table() + ")", output);
        }
    }

    private String table() {
        return "table " + family + " " + name;
    }

    /** Declared before it is deleted, the table need not have been there. */
    private String clear() {
        return table() + "\ndelete " + table() + "\n";
    }

    private record Output(int status, String text) {}

    private static NftException failure(String what, Output output) {
        return new NftException(what, output.text.lines().findFirst().orElse("exit status " + output.status));
    }

    private Optional<Path> program() {
        return directories.stream()
                .map(directory -> directory.resolve(PROGRAM))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private Output run(List<String> arguments, String input) {
        Path program = program().orElseThrow(() -> new NftException(PROGRAM, "the program is not installed"));
        List<String> command = new ArrayList<>(List.of(program.toString()));
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
            throw new NftException(PROGRAM, String.valueOf(e.getMessage()), e);
        }
    }

    private static void feed(Process process, String input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // it ended without reading: its output says why
        }
    }
}
