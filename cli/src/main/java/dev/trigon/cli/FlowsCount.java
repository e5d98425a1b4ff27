package dev.trigon.cli;

import dev.trigon.dataplane.api.FlowCountView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "count",
        description = "Show how many flows are remembered, and how many can be.",
        footer = {"", "Example:", "  vipctl flows count"})
final class FlowsCount implements Callable<Integer> {
    private final Session session;

    FlowsCount(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.get(Session.path("flows", "count"));
        session.print(reply, () -> {
            FlowCountView count = session.read(reply, FlowCountView.class);
            new Table()
                    .number("ACTIVE")
                    .number("MAX")
                    .row(count.active(), count.max())
                    .print(session.out());
        });
        return 0;
    }
}
