package dev.trigon.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        header = "Print the services that a change made, as a services file.",
        description = "In YAML, unless -o json is given; `vipctl plan` and `vipctl apply` take it.",
        footer = {"", "Example:", "  vipctl history show 12 > services.yaml"})
final class HistoryShow implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "N", description = "An entry of `vipctl history`.")
    private long number;

    HistoryShow(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.printFile(session.get(Session.path("history", Long.toString(number))));
        return 0;
    }
}
