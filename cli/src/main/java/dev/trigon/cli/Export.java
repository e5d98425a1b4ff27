package dev.trigon.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "export",
        header = "Print the services as a services file.",
        description = "In YAML, unless -o json is given; `vipctl apply` takes it back.",
        footer = {"", "Example:", "  vipctl export > services.yaml"})
final class Export implements Callable<Integer> {
    private final Session session;

    Export(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        session.printFile(session.get(Session.path("configuration")));
        return 0;
    }
}
