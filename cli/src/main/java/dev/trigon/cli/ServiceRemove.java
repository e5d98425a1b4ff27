package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendView;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "remove",
        header = "Remove a service and its backends.",
        description = "Its VIP is answered no more and its flows end, unless another service has them.",
        footer = {"", "Example:", "  vipctl service remove web"})
final class ServiceRemove implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The service.")
    private String name = "";

    @Mixin
    private Confirmation confirmation = new Confirmation();

    ServiceRemove(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        confirmation.ask(session, "ends", " of service " + name, this::activeFlows);
        ControlReply reply = session.delete(Session.path("services", name));
        session.print(reply, () -> session.out().println("service " + name + " removed"));
        return 0;
    }

    private long activeFlows() {
        ControlReply reply = session.get(Session.path("services", name, "backends"));
        return Stream.of(session.read(reply, BackendView[].class))
                .mapToLong(BackendView::activeFlows)
                .sum();
    }
}
