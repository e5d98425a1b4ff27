package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendView;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "drain",
        header = "Give a backend no new flows.",
        description = "It keeps those it has until they end. `vipctl backend enable` takes it back.",
        footer = {
            "",
            "Example, before a server is stopped:",
            "  vipctl backend drain web b1 --wait",
            "  vipctl backend remove web b1"
        })
final class BackendDrain implements Callable<Integer> {
    private static final long POLL_NS = TimeUnit.SECONDS.toNanos(1);
    /** A worker tells of a new flow before long, not at once: one look that finds none does not mean that there is none. */
    private static final int LOOKS_WITHOUT_FLOWS = 3;

    private final Session session;

    @Mixin
    private BackendChange change = new BackendChange();

    @Option(names = "--wait", description = "Come back when it has no flows left.")
    private boolean wait;

    BackendDrain(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        change.toState(
                session, "draining", backend -> "drains: " + Human.count(backend.activeFlows(), "flow") + " left");
        if (wait) {
            session.out().flush();
            awaitNoFlows();
            if (session.format() == OutputFormat.table) {
                session.out().println(change.backend() + " has no flows left");
            }
        }
        return 0;
    }

    private void awaitNoFlows() {
        int without = activeFlows() == 0 ? 1 : 0;
        while (without < LOOKS_WITHOUT_FLOWS) {
            LockSupport.parkNanos(POLL_NS);
            without = activeFlows() == 0 ? without + 1 : 0;
        }
    }

    /** One that was removed meanwhile is waited for no longer: whoever did so knows of its flows. */
    private long activeFlows() {
        ControlReply reply = session.get(change.pathOfAll());
        return List.of(session.read(reply, BackendView[].class)).stream()
                .filter(change::isAbout)
                .mapToLong(BackendView::activeFlows)
                .sum();
    }
}
