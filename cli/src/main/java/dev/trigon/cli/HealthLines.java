package dev.trigon.cli;

import dev.trigon.dataplane.api.HealthEntry;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How a service is checked, in a line. */
final class HealthLines {
    private HealthLines() {}

    /** With all that is set. */
    static String full(@Nullable HealthEntry health) {
        if (health == null) {
            return "-";
        }
        return Stream.of(
                        health.type(),
                        said("every", health.interval()),
                        said("timeout", health.timeout()),
                        said("rise", health.rise()),
                        said("fall", health.fall()),
                        said("via", health.via()),
                        said("port", health.port()),
                        said("path", health.path()),
                        said("host", health.host()),
                        said("expect", health.expect()),
                        said("body", quoted(health.body())),
                        said("verify", health.verify()),
                        said("send", quoted(health.send())),
                        said("receive", quoted(health.receive())),
                        said("query", health.query()),
                        said("recordType", health.recordType()),
                        said("command", words(health.command())))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" "));
    }

    private static @Nullable String said(String name, @Nullable Object value) {
        return value == null ? null : name + " " + value;
    }

    private static @Nullable String quoted(@Nullable String text) {
        return text == null ? null : "'" + text + "'";
    }

    private static @Nullable String words(@Nullable List<String> command) {
        return command == null ? null : "'" + String.join(" ", command) + "'";
    }
}
