package dev.trigon.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "disable",
        header = "Take a backend out at once.",
        description =
                "Its TCP connections are reset, or move where the service says so; its UDP flows move. `vipctl backend enable` takes it back.",
        footer = {"", "Example:", "  vipctl backend disable web b1"})
final class BackendDisable implements Callable<Integer> {
    private final Session session;

    @Mixin
    private BackendChange change = new BackendChange();

    @Mixin
    private Confirmation confirmation = new Confirmation();

    BackendDisable(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        confirmation.ask(session, "ends", " of " + change.backend(), () -> change.activeFlows(session));
        change.toState(session, "disabled", backend -> "is disabled");
        return 0;
    }
}
