package dev.trigon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "schema",
        header = "Print the JSON Schema of a services file, or the OpenAPI document of the control API.",
        description =
                "The one is for editors that check and complete a file while it is written, the other for programs that"
                        + " speak to vipd themselves; it refers to the first as services.schema.json beside it. Neither asks a vipd.",
        footer = {
            "",
            "Example, and then as the services file's first line:",
            "  vipctl schema > services.schema.json",
            "  # yaml-language-server: $schema=services.schema.json",
            "",
            "  vipctl schema --api > openapi.yaml"
        })
final class Schema implements Callable<Integer> {
    private static final String SERVICES = "/services.schema.json";
    private static final String API = "/openapi.yaml";

    private final Session session;

    @Option(names = "--api", description = "The control API's, OpenAPI 3.1 as YAML.")
    boolean api;

    Schema(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String file = api ? API : SERVICES;
        try (InputStream in = Objects.requireNonNull(Schema.class.getResourceAsStream(file), file)) {
            session.out().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
