package dev.trigon.cli;

import dev.trigon.dataplane.api.ArmView;
import dev.trigon.dataplane.api.PendingView;
import dev.trigon.dataplane.api.StatusView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        Table table = new Table()
                .text("")
                .text("")
                .row("version", status.version())
                .row("up for", Human.seconds(status.uptimeSeconds()))
                .row("engine", status.engine() + " (" + status.engineReason() + ")");
        String label = "interfaces";
        for (ArmView arm : status.arms()) {
            table.row(label, arm.interfaceName() + " " + words(arm));
            label = "";
        }
        return table.row("workers", status.workers())
                .row(
                        "services",
                        status.services() + " (revision " + status.revision() + pending(status.pending()) + ")")
                .row("flows", status.activeFlows() + " of at most " + status.maxFlows())
                .row("state", status.stateFault() == null ? "kept" : "NOT KEPT: " + status.stateFault());
    }

    private static String pending(@Nullable PendingView pending) {
        return pending == null
                ? ""
                : ", back to " + pending.backTo() + " in " + Human.seconds(pending.secondsLeft())
                        + " unless `vipctl confirm` comes before";
    }

    private static String words(ArmView arm) {
        if (!arm.state().equals(ArmView.UP)) {
            return "LOST: " + arm.why();
        }
        String engine = arm.mode() == null ? arm.engine() : arm.engine() + ", " + arm.mode();
        return arm.state() + " (" + engine + ")";
    }
}
