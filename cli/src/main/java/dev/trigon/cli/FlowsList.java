package dev.trigon.cli;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.FlowView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "List remembered flows, in no order.",
        footer = {"", "Example:", "  vipctl flows list --limit 1000 -o json"})
final class FlowsList implements Callable<Integer> {
    private final Session session;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit = ControlApi.DEFAULT_FLOW_LIMIT;

    FlowsList(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.get(Session.path("flows") + "?" + ControlApi.LIMIT_PARAMETER + "=" + limit);
        FlowView[] flows = session.read(reply, FlowView[].class);
        session.print(reply, () -> table(flows).print(session.out()));
        String active = reply.header(ControlApi.ACTIVE_FLOWS_HEADER);
        if (active != null && Long.parseLong(active) > flows.length) {
            session.out().flush();
            session.err().println("vipctl: " + flows.length + " of " + active + " flows; --limit N shows more");
        }
        return 0;
    }

    private static Table table(FlowView[] flows) {
        Table table = new Table()
                .text("PROTOCOL")
                .text("CLIENT")
                .text("VIP")
                .text("BACKEND")
                .text("STATE")
                .number("IDLE")
                .number("PACKETS")
                .number("BYTES");
        for (FlowView flow : flows) {
            table.row(
                    flow.protocol(),
                    flow.client(),
                    flow.vip(),
                    Human.orDash(flow.backend()),
                    flow.state(),
                    Human.seconds(flow.idleSeconds()),
                    flow.packets(),
                    Human.octets(flow.bytes()));
        }
        return table;
    }
}
