package dev.trigon.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "enable",
        header = "Let a backend take new flows.",
        description = "After `drain` or `disable`; its share is what its weight says.",
        footer = {"", "Example:", "  vipctl backend enable web b1"})
final class BackendEnable implements Callable<Integer> {
    private final Session session;

    @Mixin
    private BackendChange change = new BackendChange();

    BackendEnable(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        change.toState(session, "up", backend -> "is up: weight " + backend.weight());
        return 0;
    }
}
