package dev.trigon.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which flows a command is about. */
final class FlowSelectionOptions {
    @Option(names = "--service", paramLabel = "NAME", description = "Only this service's.")
    @Nullable
    String service;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "Only this backend's; without --service where one service alone has one of that name.")
    @Nullable
    String backend;

    @Option(names = "--client", paramLabel = "PREFIX", description = "Only this client's, or of this network.")
    @Nullable
    String client;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            completionCandidates = Choices.FlowStates.class,
            description = "syn, established, closing, closed or udp.")
    @Nullable
    String state;

    @Option(
            names = "--protocol",
            paramLabel = "PROTO",
            completionCandidates = Choices.Protocols.class,
            description = "tcp or udp.")
    @Nullable
    String protocol;

    /** As parameters of a query, escaped; none where every flow is meant. */
    List<String> query() {
        List<String> query = new ArrayList<>();
        add(query, "service", service);
        add(query, "backend", backend);
        add(query, "client", client);
        add(query, "state", state);
        add(query, "protocol", protocol);
        return query;
    }

    private static void add(List<String> query, String key, @Nullable String value) {
        if (value != null) {
            query.add(key + "=" + Session.escaped(value));
        }
    }
}
