package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendEntry;
import dev.trigon.dataplane.api.BackendView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "set",
        header = "Change a backend's weight or part.",
        description = "Existing flows stay where they are.",
        footer = {"", "Example, no new flows for b1:", "  vipctl backend set web b1 --weight 0"})
final class BackendSet implements Callable<Integer> {
    private final Session session;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SERVICE", description = "The service.")
    private String service = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The backend.")
    private String name = "";

    @Option(
            names = "--weight",
            paramLabel = "N",
            description = "Its share of new flows against the others' weights, 0 to 65535; 0: none.")
    private @Nullable Integer weight;

    @Option(
            names = "--backup",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "It takes new flows only while no other backend can; --backup=false takes it back.")
    private @Nullable Boolean backup;

    BackendSet(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (spec != null && weight == null && backup == null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Nothing to set: name what shall change");
        }
        ControlReply reply = session.send(
                "PATCH",
                Session.path("services", service, "backends", name),
                new BackendEntry(null, null, weight, null, backup));
        session.print(reply, () -> {
            BackendView backend = session.read(reply, BackendView.class);
            session.out()
                    .println("backend " + backend.name() + " of service " + service + " set: weight " + backend.weight()
                            + (backend.backup() == null ? "" : ", backup"));
        });
        return 0;
    }
}
