package dev.trigon.cli;

import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.api.ServiceView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "set",
        header = "Change a service.",
        description = "What is not named stays as it is; flows keep their backends.",
        footer = {
            "",
            "Examples:",
            "  vipctl service set web --scheduler wrr --port 80,443",
            "  vipctl service set web --affinity 10m --affinity-prefix 24",
            "  vipctl service set web --affinity none --timeout established=1h",
            "  vipctl service set web --when-down move",
            "  vipctl service set web --health http --health-path /healthz --health-expect 200",
            "  vipctl service set web --health-interval 5s",
            "  vipctl service set web --health none"
        })
final class ServiceSet implements Callable<Integer> {
    private final Session session;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "The service.")
    private String name = "";

    @Option(names = "--vip", paramLabel = "IP", description = "The address that clients send to, IPv4 or IPv6.")
    private @Nullable String vip;

    @Option(
            names = "--protocol",
            paramLabel = "PROTO",
            completionCandidates = Choices.Protocols.class,
            description = "tcp or udp.")
    private @Nullable String protocol;

    @Option(names = "--port", paramLabel = "PORTS", description = "80, 80,443, 8000-8100 or any.")
    private @Nullable String ports;

    @Mixin
    private ServiceOptions options = new ServiceOptions();

    ServiceSet(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ServiceEntry change = options.entry(null, vip, protocol, ports);
        if (spec != null && change.equals(new ServiceOptions().entry(null, null, null, null))) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Nothing to set: name what shall change");
        }
        ControlReply reply = session.send("PATCH", Session.path("services", name), change);
        session.print(
                reply,
                () -> session.out().println(ServiceLines.summary("set", session.read(reply, ServiceView.class))));
        return 0;
    }
}
