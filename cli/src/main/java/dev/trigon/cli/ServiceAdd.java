package dev.trigon.cli;

import dev.trigon.dataplane.api.ServiceView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "add",
        header = "Add a service.",
        description = "Its backends are added next, with `vipctl backend add`.",
        footer = {
            "",
            "Examples:",
            "  vipctl service add web --vip 203.0.113.10 --protocol tcp --port 80,443",
            "  vipctl service add dns --vip 203.0.113.53 --protocol udp --port 53 --forward l3dsr",
            "  vipctl service add web6 --vip 2001:db8:f::10 --protocol tcp --port 80,443",
            "  vipctl service add shop --vip 203.0.113.20 --protocol tcp --port 443 --affinity 10m --health tcp"
        })
final class ServiceAdd implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "A name of its own: a-z, 0-9, '-', '_' and '.'.")
    private String name = "";

    @Option(
            names = "--vip",
            paramLabel = "IP",
            required = true,
            description = "The address that clients send to, IPv4 or IPv6.")
    private @Nullable String vip;

    @Option(
            names = "--protocol",
            paramLabel = "PROTO",
            required = true,
            completionCandidates = Choices.Protocols.class,
            description = "tcp or udp.")
    private @Nullable String protocol;

    @Option(
            names = "--port",
            paramLabel = "PORTS",
            required = true,
            description = "80, 80,443, 8000-8100 or any. Servers get the same port that the client sent to.")
    private @Nullable String ports;

    @Mixin
    private ServiceOptions options = new ServiceOptions();

    ServiceAdd(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.send("POST", Session.path("services"), options.entry(name, vip, protocol, ports));
        session.print(
                reply,
                () -> session.out().println(ServiceLines.summary("added", session.read(reply, ServiceView.class))));
        return 0;
    }
}
