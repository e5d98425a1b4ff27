package dev.trigon.cli;

import dev.trigon.dataplane.api.ServiceView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Show a service and its backends.",
        footer = {"", "Example:", "  vipctl service show web -o yaml"})
final class ServiceShow implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The service.")
    private String name = "";

    ServiceShow(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.get(Session.path("services", name));
        session.print(reply, () -> print(session.read(reply, ServiceView.class)));
        return 0;
    }

    private void print(ServiceView service) {
        new Table()
                .text("")
                .text("")
                .row("name", service.name())
                .row("vip", service.vip())
                .row("protocol", service.protocol())
                .row("ports", Human.list(service.ports()))
                .row("forward", service.forward())
                .row("dscp", Human.orDash(service.dscp()))
                .row("scheduler", service.scheduler())
                .row("affinity", ServiceLines.affinity(service))
                .row("timeouts", ServiceLines.timeouts(service))
                .row("onePacket", service.onePacket())
                .row("whenDown", Human.orDash(service.whenDown()))
                .row("whenAllDown", service.whenAllDown())
                .row("slowStart", Human.orDash(service.slowStart()))
                .row("passive", ServiceLines.passive(service))
                .row("health", HealthLines.full(service.health()))
                .print(session.out());
        session.out().println();
        BackendTable.of(service.backends()).print(session.out());
    }
}
