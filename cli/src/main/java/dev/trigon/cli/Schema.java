package dev.trigon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "schema",
        header = "Print the JSON Schema of a services file.",
        description = "For editors that check and complete a file while it is written. It asks no vipd.",
        footer = {
            "",
            "Example, and then as the services file's first line:",
            "  vipctl schema > services.schema.json",
            "  # yaml-language-server: $schema=services.schema.json"
        })
final class Schema implements Callable<Integer> {
    private static final String FILE = "/services.schema.json";

    private final Session session;

    Schema(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (InputStream in = Objects.requireNonNull(Schema.class.getResourceAsStream(FILE), FILE)) {
            session.out().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
