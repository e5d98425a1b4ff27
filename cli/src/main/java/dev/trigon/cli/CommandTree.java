package dev.trigon.cli;

import java.util.Comparator;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The commands as what describes them sees them: without those that are hidden. */
final class CommandTree {
    private CommandTree() {}

    /** The commands of a group; none where it is a command itself. */
    static List<CommandSpec> members(CommandSpec command) {
        return command.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(member -> !member.usageMessage().hidden())
                .toList();
    }

    /** By name: the methods of a class, which some are, have no order that lasts. */
    static List<OptionSpec> options(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .toList();
    }

    /** What it does, in a sentence. */
    static String summary(CommandSpec command) {
        UsageMessageSpec usage = command.usageMessage();
        return usage.header().length > 0 ? usage.header()[0] : usage.description()[0];
    }
}
