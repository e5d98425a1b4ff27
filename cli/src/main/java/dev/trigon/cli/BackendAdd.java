package dev.trigon.cli;

import dev.trigon.dataplane.api.BackendEntry;
import dev.trigon.dataplane.api.BackendView;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "add",
        header = "Add a real server to a service.",
        description = "Run vip-agent on the server first, so that it has the VIP.",
        footer = {
            "",
            "Examples:",
            "  vipctl backend add web b1 --address 10.2.0.11 --weight 50",
            "  vipctl backend add web6 b1 --address 2001:db8:2::11"
        })
final class BackendAdd implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "SERVICE", description = "The service.")
    private String service = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "A name of its own within the service.")
    private String name = "";

    @Option(
            names = "--address",
            paramLabel = "IP",
            required = true,
            description = "The server's own address, of the VIP's family.")
    private @Nullable String address;

    @Option(
            names = "--weight",
            paramLabel = "N",
            description = "Its share of new flows against the others' weights, 0 to 65535 (default: 100).")
    private @Nullable Integer weight;

    @Option(names = "--backup", description = "It takes new flows only while no other backend can: a sorry server.")
    private boolean backup;

    BackendAdd(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ControlReply reply = session.send(
                "POST",
                Session.path("services", service, "backends"),
                new BackendEntry(name, address, weight, null, backup ? true : null));
        session.print(reply, () -> {
            BackendView backend = session.read(reply, BackendView.class);
            session.out()
                    .println("backend " + backend.name() + " of service " + service + " added: " + backend.address()
                            + ", weight " + backend.weight());
        });
        return 0;
    }
}
