package dev.trigon.cli;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.CountersView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "counters",
        header = "Show what became of every packet.",
        description =
                "received = forwarded + answered + passed + waiting + dropped. Reasons that never applied are left out of the table.",
        footer = {
            "",
            "Examples, the second with every reason there is and what it means:",
            "  vipctl counters -o json",
            "  vipctl counters --all"
        })
final class Counters implements Callable<Integer> {
    private final Session session;

    @Option(names = "--all", description = "Every counter, those at zero too, and what each means.")
    private boolean all;

    Counters(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String asked = all ? "?" + ControlApi.MEANINGS_PARAMETER + "=true" : "";
        ControlReply reply = session.get(Session.path("counters") + asked);
        session.print(
                reply, () -> table(session.read(reply, CountersView.class)).print(session.out()));
        return 0;
    }

    private Table table(CountersView counters) {
        long dropped =
                counters.dropped().values().stream().mapToLong(Long::longValue).sum();
        Map<String, Long> verdicts = new LinkedHashMap<>();
        verdicts.put("received", counters.received());
        verdicts.put("forwarded", counters.forwarded());
        verdicts.put("answered", counters.answered());
        verdicts.put("passed", counters.passed());
        verdicts.put("waiting", counters.waiting());
        verdicts.put("dropped", dropped);
        Map<String, String> meanings = counters.meanings();
        Table table = new Table().text("COUNTER").number("PACKETS").text(all ? "MEANING" : "");
        addCounted(table, "", verdicts, true, meanings);
        addCounted(table, "  ", counters.dropped(), all, meanings);
        addCounted(table, "", counters.other(), all, meanings);
        return table;
    }

    private static void addCounted(
            Table table,
            String indent,
            Map<String, Long> counts,
            boolean zeros,
            @Nullable Map<String, String> meanings) {
        counts.forEach((name, count) -> {
            if (zeros || count != 0) {
                table.row(indent + name, count, meanings == null ? "" : meanings.getOrDefault(name, ""));
            }
        });
    }
}
