package dev.trigon.cli;

import dev.trigon.dataplane.api.ConfirmedView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "confirm",
        header = "Keep what was applied with --confirm-within.",
        description = "Without it, or when it comes too late, vipd takes the change back by itself.",
        footer = {"", "Example:", "  vipctl apply -f services.yaml --confirm-within 60s", "  vipctl confirm"})
final class Confirm implements Callable<Integer> {
    private final Session session;

    Confirm(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.post(Session.path("configuration", "confirm"));
        session.print(
                reply,
                () -> session.out()
                        .println("revision "
                                + session.read(reply, ConfirmedView.class).revision() + " confirmed"));
        return 0;
    }
}
