package dev.trigon.cli;

import dev.trigon.dataplane.api.AppliedView;
import dev.trigon.dataplane.api.ControlApi;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "rollback",
        header = "Make the services be what they were.",
        description = {
            "Without a number, what they were before the last change; else what that entry of the history made them.",
            "It is a change like any other: checked, and an entry of the history itself. What waits to be confirmed ends with it."
        },
        footer = {"", "Examples:", "  vipctl rollback", "  vipctl rollback 12"})
final class Rollback implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "N", arity = "0..1", description = "An entry of `vipctl history`.")
    private @Nullable Long number;

    Rollback(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String to = number == null ? "" : "?" + ControlApi.TO_PARAMETER + "=" + number;
        ControlReply reply = session.post(Session.path("configuration", "rollback") + to);
        session.print(reply, () -> print(session.read(reply, AppliedView.class)));
        return 0;
    }

    private void print(AppliedView applied) {
        Apply.print(session, "rolled back, revision " + applied.revision(), applied);
    }
}
