package dev.trigon.cli;

import dev.trigon.dataplane.api.ServiceView;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "drain",
        header = "Give a backend no new flows.",
        description = {
            "It keeps those it has until they end. `vipctl backend enable` takes it back.",
            "With --wait it is looked at once a second. A client's handshake may be under way, which is no flow yet,"
                + " so no flow must have been seen for as long as one may take, the service's timeout `syn`, and 5 s"
                + " more: by default 35 s; for udp 5 s."
        },
        footer = {
            "",
            "Example, before a server is stopped:",
            "  vipctl backend drain web b1 --wait",
            "  vipctl backend remove web b1"
        })
final class BackendDrain implements Callable<Integer> {
    private static final long POLL_NS = TimeUnit.SECONDS.toNanos(1);
    /** A worker tells of a new flow before long, not at once. */
    private static final long SETTLING_SECONDS = 5;

    private final Session session;

    @Mixin
    private BackendChange change = new BackendChange();

    @Option(names = "--wait", description = "Come back when it has no flows left and gets none.")
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
        long secondsWithout = 0;
        while (secondsWithout < handshakeSeconds() + SETTLING_SECONDS) {
            session.pause(POLL_NS);
            secondsWithout = change.activeFlows(session) == 0 ? secondsWithout + 1 : 0;
        }
    }

    /** Asked for anew each time: it may be changed meanwhile. */
    private long handshakeSeconds() {
        ServiceView service = session.read(session.get(change.pathOfService()), ServiceView.class);
        return service.handshakeSeconds() == null ? 0 : service.handshakeSeconds();
    }
}
