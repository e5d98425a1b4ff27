package dev.trigon.cli;

import dev.trigon.dataplane.api.StatusView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "status",
        header = "Show vipd at a glance.",
        description = "Since when it runs, by which engine and why, and how much it holds.",
        footer = {"", "Example:", "  vipctl status"})
final class Status implements Callable<Integer> {
    private final Session session;

    Status(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.get(Session.path("status"));
        session.print(reply, () -> table(session.read(reply, StatusView.class)).print(session.out()));
        return 0;
    }

    private static Table table(StatusView status) {
        return new Table()
                .text("")
                .text("")
                .row("version", status.version())
                .row("up for", Human.seconds(status.uptimeSeconds()))
                .row("engine", status.engine() + " (" + status.engineReason() + ")")
                .row("interfaces", Human.list(status.interfaces()))
                .row("workers", status.workers())
                .row("services", status.services())
                .row("flows", status.activeFlows() + " of at most " + status.maxFlows())
                .row("state", status.stateFault() == null ? "kept" : "NOT KEPT: " + status.stateFault());
    }
}
