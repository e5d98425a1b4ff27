package dev.trigon.cli;

import com.fasterxml.jackson.core.JsonParser;
import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.FlowView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        header = "List remembered flows.",
        description =
                "Those that fit every option given. They are printed while they arrive, so all of them can be asked for.",
        footer = {
            "",
            "Examples:",
            "  vipctl flows list --limit 0 -o json",
            "  vipctl flows list --service web --client 198.51.100.0/24",
            "  vipctl flows list --state established --sort bytes --limit 10"
        })
final class FlowsList implements Callable<Integer> {
    /** Of so many rows at a time it is found out how wide a column is. */
    private static final int PAGE_ROWS = 200;

    private final Session session;

    @Mixin
    private FlowSelectionOptions which = new FlowSelectionOptions();

    @Option(
            names = "--sort",
            paramLabel = "KEY",
            completionCandidates = Choices.FlowOrders.class,
            description = "idle: longest first; packets, bytes: most first; client: by address (default: no order).")
    private @Nullable String sort;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most so many; 0: all of them (default: ${DEFAULT-VALUE}).")
    private int limit = ControlApi.DEFAULT_FLOW_LIMIT;

    FlowsList(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<String> selection = which.query();
        List<String> query = new ArrayList<>(selection);
        if (sort != null) {
            query.add(ControlApi.SORT_PARAMETER + "=" + Session.escaped(sort));
        }
        query.add(ControlApi.LIMIT_PARAMETER + "=" + limit);
        session.list(Session.path("flows") + "?" + String.join("&", query), (head, list) -> {
            long shown = session.format() == OutputFormat.table ? printTable(list) : session.copy(list);
            session.checkOut();
            tellOfMore(shown, selection.isEmpty() ? head.header(ControlApi.ACTIVE_FLOWS_HEADER) : null);
        });
        return 0;
    }

    private long printTable(JsonParser list) throws IOException {
        Table table = new Table()
                .text("PROTOCOL")
                .text("CLIENT")
                .text("VIP")
                .name("BACKEND")
                .text("STATE")
                .number("IDLE")
                .number("PACKETS")
                .number("BYTES");
        long rows = 0;
        FlowView flow = session.next(list, FlowView.class);
        while (flow != null) {
            table.row(
                    flow.protocol(),
                    flow.client(),
                    flow.vip(),
                    Human.orDash(flow.backend()),
                    flow.state(),
                    Human.seconds(flow.idleSeconds()),
                    flow.packets(),
                    Human.octets(flow.bytes()));
            rows++;
            if (rows % PAGE_ROWS == 0) {
                table.print(session.out());
                session.checkOut();
            }
            flow = session.next(list, FlowView.class);
        }
        table.print(session.out());
        return rows;
    }

    /** @param active how many flows there are; null: nobody has counted those that were asked for */
    private void tellOfMore(long shown, @Nullable String active) {
        if (limit == 0 || shown < limit) {
            return;
        }
        if (active == null) {
            session.err().println("vipctl: the first " + shown + " flows; --limit N shows more");
        } else if (Long.parseLong(active) > shown) {
            session.err().println("vipctl: " + shown + " of " + active + " flows; --limit N shows more");
        }
    }
}
