package dev.trigon.cli;

import picocli.CommandLine.Command;

@Command(name = "backend", description = "The real servers behind a service.", synopsisSubcommandLabel = "COMMAND")
final class BackendGroup {}
