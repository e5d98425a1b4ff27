package dev.trigon.cli;

import picocli.CommandLine.Command;

@Command(
        name = "import",
        description =
                "Make a services file of what another balancer has: it is printed, and vipd is not asked. What cannot be carried over is said on stderr, with its line.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Example, on the way from LVS:",
            "  ipvsadm -S -n > rules",
            "  vipctl import ipvsadm rules > services.yaml",
            "  vipctl apply -f services.yaml"
        })
final class ImportGroup {}
