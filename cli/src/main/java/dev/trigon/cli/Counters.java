package dev.trigon.cli;

import dev.trigon.dataplane.api.CountersView;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "counters",
        header = "Show what became of every packet.",
        description =
                "received = forwarded + answered + passed + waiting + dropped. Reasons that never applied are left out of the table.",
        footer = {"", "Example:", "  vipctl counters -o json"})
final class Counters implements Callable<Integer> {
    private final Session session;

    Counters(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.get(Session.path("counters"));
        session.print(
                reply, () -> table(session.read(reply, CountersView.class)).print(session.out()));
        return 0;
    }

    private static Table table(CountersView counters) {
        long dropped =
                counters.dropped().values().stream().mapToLong(Long::longValue).sum();
        Table table = new Table()
                .text("COUNTER")
                .number("PACKETS")
                .row("received", counters.received())
                .row("forwarded", counters.forwarded())
                .row("answered", counters.answered())
                .row("passed", counters.passed())
                .row("waiting", counters.waiting())
                .row("dropped", dropped);
        addCounted(table, "  ", counters.dropped());
        addCounted(table, "", counters.other());
        return table;
    }

    private static void addCounted(Table table, String indent, Map<String, Long> counts) {
        counts.forEach((name, count) -> {
            if (count != 0) {
                table.row(indent + name, count);
            }
        });
    }
}
