package dev.trigon.cli;

import picocli.CommandLine.Command;

@Command(
        name = "service",
        description = "What is balanced: a VIP, a protocol and ports.",
        synopsisSubcommandLabel = "COMMAND")
final class ServiceGroup {}
