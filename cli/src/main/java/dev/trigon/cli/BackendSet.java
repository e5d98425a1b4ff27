package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendEntry;
import dev.trigon.dataplane.api.BackendView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "set",
        header = "Change a backend's weight.",
        description = "Existing flows stay where they are.",
        footer = {"", "Example, no new flows for b1:", "  vipctl backend set web b1 --weight 0"})
final class BackendSet implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "SERVICE", description = "The service.")
    private String service = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The backend.")
    private String name = "";

    @Option(
            names = "--weight",
            paramLabel = "N",
            required = true,
            description = "Its share of new flows against the others' weights, 0 to 65535; 0: none.")
    private @Nullable Integer weight;

    BackendSet(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.send(
                "PATCH",
                Session.path("services", service, "backends", name),
                new BackendEntry(null, null, weight, null));
        session.print(reply, () -> {
            BackendView backend = session.read(reply, BackendView.class);
            session.out()
                    .println("backend " + backend.name() + " of service " + service + " set: weight "
                            + backend.weight());
        });
        return 0;
    }
}
