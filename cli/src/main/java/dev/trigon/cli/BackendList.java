package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendView;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "list",
        header = "List backends, and what each has been given since vipd started.",
        description = "A removed one is shown while flows name it (JSON: former).",
        footer = {"", "Examples:", "  vipctl backend list", "  vipctl backend list web -o json"})
final class BackendList implements Callable<Integer> {
    private final Session session;

    @Parameters(arity = "0..1", paramLabel = "SERVICE", description = "Only this service's (default: all).")
    private @Nullable String service;

    BackendList(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply =
                session.get(service == null ? Session.path("backends") : Session.path("services", service, "backends"));
        session.print(
                reply,
                () -> BackendTable.of(List.of(session.read(reply, BackendView[].class)))
                        .print(session.out()));
        return 0;
    }
}
