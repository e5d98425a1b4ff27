package dev.trigon.cli;

import dev.trigon.cli.imports.Import;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "keepalived",
        header = "Make a services file of a keepalived.conf.",
        description = {
            "One service of each virtual_server, and of each address of a group. It is printed in YAML, unless -o json is given; what could not be carried over is said on stderr, with its line and what to do instead.",
            "",
            "  DR becomes l2dsr, TUN l3dsr, NAT l2dsr with the VIP on the server.",
            "  persistence_timeout becomes an affinity.",
            "  The servers' checks become the health of the service: one for all.",
            "  sorry_server becomes a backend that serves when no other is up.",
            "  VRRP, scripts and mail are passed over; so are include, $NAME and",
            "  ~SEQ: write out what they stand for."
        },
        footer = {
            "",
            "Examples:",
            "  vipctl import keepalived /etc/keepalived/keepalived.conf",
            "  vipctl import keepalived --strict keepalived.conf > services.yaml"
        })
final class ImportKeepalived implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "FILE", description = "The keepalived.conf; - reads standard input.")
    private String file = "";

    @Mixin
    private ImportOptions options = new ImportOptions();

    ImportKeepalived(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return options.run(session, file, Import::ofKeepalived);
    }
}
