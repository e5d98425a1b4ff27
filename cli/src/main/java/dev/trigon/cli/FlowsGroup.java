package dev.trigon.cli;

import picocli.CommandLine.Command;

@Command(
        name = "flows",
        description = "The remembered flows: which client goes to which backend.",
        synopsisSubcommandLabel = "COMMAND")
final class FlowsGroup {}
