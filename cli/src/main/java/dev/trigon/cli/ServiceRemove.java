package dev.trigon.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "remove",
        header = "Remove a service and its backends.",
        description = "Its VIP is answered no more, unless another service has it.",
        footer = {"", "Example:", "  vipctl service remove web"})
final class ServiceRemove implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The service.")
    private String name = "";

    ServiceRemove(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.delete(Session.path("services", name));
        session.print(reply, () -> session.out().println("service " + name + " removed"));
        return 0;
    }
}
