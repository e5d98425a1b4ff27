package dev.trigon.cli;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.HistoryEntryView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "history",
        header = "Show the changes that were made, the newest first.",
        description = "vipd keeps the last hundred, each with the services that it made.",
        footer = {"", "Examples:", "  vipctl history -n 5", "  vipctl history show 12"})
final class History implements Callable<Integer> {
    private final Session session;

    @Option(names = "-n", paramLabel = "N", description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    History(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.get(Session.path("history") + "?" + ControlApi.LIMIT_PARAMETER + "=" + limit);
        session.print(reply, () -> print(session.read(reply, HistoryEntryView[].class)));
        return 0;
    }

    private void print(HistoryEntryView[] entries) {
        Table table = new Table().number("NUMBER").text("TIME").text("COMMAND").text("SUMMARY");
        for (HistoryEntryView entry : entries) {
            table.row(entry.number(), entry.time(), entry.command(), entry.summary());
        }
        table.print(session.out());
    }
}
