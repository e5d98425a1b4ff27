package dev.trigon.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * Commands by name, each made only where a command line is about it. To make one is to read its annotations, and to make all
 * of them takes longer than most of them run.
 */
final class Commands {
    /** Given the words that follow its name. */
    private final Map<String, Function<List<String>, CommandLine>> byName = new LinkedHashMap<>();

    Commands command(String name, Supplier<?> made) {
        byName.put(name, words -> new CommandLine(made.get()));
        return this;
    }

    Commands group(String name, Supplier<?> made, Commands members) {
        byName.put(name, words -> members.addTo(new CommandLine(made.get()), words));
        return this;
    }

    /**
     * Adds the command that the words begin with; all of them where they begin with none, so that help and suggestions know
     * what there is.
     */
    CommandLine addTo(CommandLine parent, List<String> words) {
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        Function<List<String>, CommandLine> named = words.isEmpty() ? null : byName.get(words.get(0));
        if (named != null) {
            return parent.addSubcommand(named.apply(rest));
        }
        byName.values().forEach(made -> parent.addSubcommand(made.apply(List.of())));
        return parent;
    }
}
