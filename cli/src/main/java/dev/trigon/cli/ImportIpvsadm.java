package dev.trigon.cli;

import dev.trigon.cli.imports.Import;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "ipvsadm",
        header = "Make a services file of the rules that `ipvsadm -S -n` writes.",
        description = {
            "One service of each virtual server. It is printed in YAML, unless -o json is given; what could not be carried over is said on stderr, with its line and what to do instead.",
            "",
            "  -g becomes l2dsr, -i l3dsr: no tunnel any more.",
            "  -m becomes l2dsr too: the server then answers its clients itself, so",
            "     it needs the VIP on its loopback, and no port is translated.",
            "  -p N becomes an affinity of that time, -o onePacket.",
            "  -f cannot be: what a firewall mark means is not in the rules."
        },
        footer = {
            "",
            "Examples:",
            "  ipvsadm -S -n | vipctl import ipvsadm > services.yaml",
            "  vipctl import ipvsadm /etc/ipvsadm.rules",
            "  vipctl import ipvsadm --strict rules > services.yaml",
            "",
            "Lines such as",
            "  -A -t 203.0.113.10:80 -s wlc -p 300",
            "  -a -t 203.0.113.10:80 -r 10.2.0.11:80 -m -w 3",
            "make the service tcp-203.0.113.10-80, and the second is told as",
            "  rules:2: NAT (-m) cannot return directly: written as l2dsr; put the ..."
        })
final class ImportIpvsadm implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "The rules; - or nothing reads standard input.")
    private String file = ImportOptions.STDIN;

    @Mixin
    private ImportOptions options = new ImportOptions();

    ImportIpvsadm(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return options.run(session, file, Import::ofIpvsadm);
    }
}
