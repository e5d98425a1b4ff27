package dev.trigon.cli;

import dev.trigon.dataplane.api.PlanView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "plan",
        header = "Show what `vipctl apply` would change.",
        description = {
            "It is checked as apply checks it, and refused where that would be refused; nothing is changed.",
            "Of each service: what differs, how many slots of its hash table (its share of new flows) go to another backend,"
                    + " and what becomes of the flows that are remembered now."
        },
        footer = {"", "Example:", "  vipctl plan -f services.yaml", "  vipctl apply -f services.yaml --if-revision 12"})
final class Plan implements Callable<Integer> {
    private final Session session;

    @Mixin
    private ServicesFile file = new ServicesFile();

    @Option(
            names = "--if-revision",
            paramLabel = "N",
            description = "Only if the services are of this revision, as an earlier plan showed it.")
    private @Nullable Long ifRevision;

    Plan(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply =
                session.send("POST", Session.path("configuration", "plan") + file.query(), ifRevision, file.read());
        session.print(
                reply,
                () -> PlanLines.of(file.name(), session.read(reply, PlanView.class))
                        .forEach(session.out()::println));
        return 0;
    }
}
