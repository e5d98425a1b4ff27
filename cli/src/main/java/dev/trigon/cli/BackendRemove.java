package dev.trigon.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "remove",
        header = "Remove a backend.",
        description =
                "At once: its flows move to others. To let them end first, set its weight to 0 and wait until it has none.",
        footer = {"", "Example:", "  vipctl backend remove web b1"})
final class BackendRemove implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "SERVICE", description = "The service.")
    private String service = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The backend.")
    private String name = "";

    BackendRemove(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.delete(Session.path("services", service, "backends", name));
        session.print(reply, () -> session.out().println("backend " + name + " of service " + service + " removed"));
        return 0;
    }
}
