package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendView;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "top",
        header = "Show what goes to each service and backend now.",
        description = {
            "Once a second, on a terminal over the whole of it: q quits, and n, p, b and f sort by name, packets, bits"
                    + " and flows. Elsewhere, or with --samples, a table a second.",
            "It is clients' traffic alone: servers answer past the gateway."
        },
        footer = {"", "Examples:", "  vipctl top --sort bits", "  vipctl top --samples 1 -o json"})
final class Top implements Callable<Integer> {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final Session session;
    private final TopRates rates = new TopRates();

    @Option(names = "--sort", paramLabel = "KEY", description = "name, packets, bits or flows (default: name).")
    private TopOrder order = TopOrder.name;

    @Option(names = "--samples", paramLabel = "N", description = "Print so many, and no screen (default: no end).")
    private @Nullable Integer samples;

    Top(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        rows();
        session.pause(SECOND_NS);
        if (samples == null && hasScreen()) {
            try (TopScreen screen = new TopScreen(session.out(), order)) {
                screen.run(this::rows);
            }
            return 0;
        }
        for (long printed = 0; samples == null || printed < samples; printed++) {
            if (printed > 0) {
                session.pause(SECOND_NS);
            }
            print(order.sorted(rows()));
        }
        return 0;
    }

    /** To draw on, with somebody who could press a key. */
    private boolean hasScreen() {
        return session.canAsk() && session.out().redraws() && session.format() == OutputFormat.table;
    }

    private void print(List<TopRow> rows) {
        session.printValue(rows, () -> TopTable.of(rows).print(session.out()));
        session.checkOut();
    }

    private List<TopRow> rows() {
        List<BackendView> backends = List.of(session.read(session.get(Session.path("backends")), BackendView[].class));
        return rates.next(backends, session.nowNs());
    }
}
