package dev.trigon.cli;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.FlowCountView;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "count",
        description = "Show how many flows are remembered, and how many can be.",
        footer = {"", "Examples:", "  vipctl flows count", "  vipctl flows count --by backend"})
final class FlowsCount implements Callable<Integer> {
    private final Session session;

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            completionCandidates = Choices.FlowShares.class,
            description = "Count apart, by backend, service or state.")
    private @Nullable String by;

    FlowsCount(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String asked = by == null ? "" : "?" + ControlApi.BY_PARAMETER + "=" + Session.escaped(by);
        ControlReply reply = session.get(Session.path("flows", "count") + asked);
        session.print(
                reply, () -> table(session.read(reply, FlowCountView.class)).print(session.out()));
        return 0;
    }

    private Table table(FlowCountView count) {
        List<FlowCountView.Share> shares = count.by();
        if (by == null || shares == null) {
            return new Table().number("ACTIVE").number("MAX").row(count.active(), count.max());
        }
        return switch (by) {
            case "backend" -> byBackend(shares);
            case "service" -> {
                Table table = new Table().name("SERVICE").number("FLOWS");
                shares.forEach(share -> table.row(Human.orDash(share.service()), share.flows()));
                yield table;
            }
            default -> {
                Table table = new Table().text("STATE").number("FLOWS");
                shares.forEach(share -> table.row(Human.orDash(share.state()), share.flows()));
                yield table;
            }
        };
    }

    private static Table byBackend(List<FlowCountView.Share> shares) {
        Table table = new Table().name("SERVICE").name("BACKEND").number("FLOWS");
        for (FlowCountView.Share share : shares) {
            table.row(Human.orDash(share.service()), Human.orDash(share.backend()), share.flows());
        }
        return table;
    }
}
