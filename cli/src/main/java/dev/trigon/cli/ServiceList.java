package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendView;
import dev.trigon.dataplane.api.ServiceView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "list",
        description = "List the services.",
        footer = {"", "Example:", "  vipctl service list -o json"})
final class ServiceList implements Callable<Integer> {
    private final Session session;

    ServiceList(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.get(Session.path("services"));
        session.print(
                reply, () -> table(session.read(reply, ServiceView[].class)).print(session.out()));
        return 0;
    }

    private static Table table(ServiceView[] services) {
        Table table = new Table()
                .name("NAME")
                .text("VIP")
                .text("PROTOCOL")
                .name("PORTS")
                .text("FORWARD")
                .number("DSCP")
                .text("SCHEDULER")
                .number("BACKENDS")
                .number("FLOWS");
        for (ServiceView service : services) {
            table.row(
                    service.name(),
                    service.vip(),
                    service.protocol(),
                    Human.list(service.ports()),
                    service.forward(),
                    Human.orDash(service.dscp()),
                    service.scheduler(),
                    service.backends().size(),
                    service.backends().stream()
                            .mapToLong(BackendView::activeFlows)
                            .sum());
        }
        return table;
    }
}
