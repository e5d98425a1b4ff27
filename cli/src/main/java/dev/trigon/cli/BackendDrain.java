package dev.trigon.cli;

import dev.trigon.dataplane.api.ServiceView;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "drain",
        header = "Give a backend no new flows.",
        description = {
            "It keeps those it has until they end. `vipctl backend enable` takes it back.",
            "With --wait it is looked at once a second. A client's handshake may be under way, which is no flow yet, so no flow"
                    + " must have been seen for as long as one may take, the service's timeout `syn`, and 5 s more: by"
                    + " default 35 s; for udp 5 s.",
            "The time left is told from how the flows have fallen in the last 30 s."
        },
        footer = {
            "",
            "Example, before a server is stopped:",
            "  vipctl backend drain web b1 --wait --deadline 10m",
            "  vipctl backend remove web b1"
        })
final class BackendDrain implements Callable<Integer> {
    private static final long POLL_NS = TimeUnit.SECONDS.toNanos(1);
    /** A worker tells of a new flow before long, not at once. */
    private static final long SETTLING_SECONDS = 5;

    private final Session session;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private BackendChange change = new BackendChange();

    @Option(names = "--wait", description = "Come back when it has no flows left and gets none.")
    private boolean wait;

    @Option(
            names = "--deadline",
            paramLabel = "D",
            converter = DurationWord.class,
            description = "With --wait: come back after this long in any case, and fail if it is not done.")
    private @Nullable Duration deadline;

    BackendDrain(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (deadline != null && !wait && spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--deadline is for --wait");
        }
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
        long startNs = session.nowNs();
        long flows = change.activeFlows(session);
        DrainProgress progress = new DrainProgress(session, change.backend(), flows);
        long secondsWithout = 0;
        while (secondsWithout < handshakeSeconds() + SETTLING_SECONDS) {
            if (deadline != null && session.nowNs() - startNs >= deadline.toNanos()) {
                progress.end();
                throw notDone(flows);
            }
            session.pause(POLL_NS);
            flows = change.activeFlows(session);
            progress.show(flows);
            secondsWithout = flows == 0 ? secondsWithout + 1 : 0;
        }
        progress.end();
    }

    private Refused notDone(long flows) {
        String left = flows == 0 ? "a flow may be about to begin" : Human.count(flows, "flow") + " left";
        return new Refused(
                change.backend() + ": " + left + " at the deadline, and it goes on draining; wait again, or end"
                        + " what is left with `vipctl backend disable`");
    }

    /** Asked for anew each time: it may be changed meanwhile. */
    private long handshakeSeconds() {
        ServiceView service = session.read(session.get(change.pathOfService()), ServiceView.class);
        return service.handshakeSeconds() == null ? 0 : service.handshakeSeconds();
    }
}
