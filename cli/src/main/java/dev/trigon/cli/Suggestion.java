package dev.trigon.cli;

import dev.trigon.dataplane.api.Similar;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What somebody probably meant whose words vipctl does not know. */
final class Suggestion {
    private Suggestion() {}

    /**
     * @param line all words of it: of a required option that was misspelt, Picocli says only that it is missing
     * @return a question with a blank at its end, or nothing
     */
    static String of(ParameterException e, String... line) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        String option = Stream.of(line)
                .map(word -> word.replaceFirst("=.*", ""))
                .filter(word -> word.startsWith("--") && !command.optionsMap().containsKey(word))
                .findFirst()
                .orElse(null);
        if (option != null) {
            return question(option, meant(option, command.optionsMap().keySet().stream()));
        }
        List<String> unmatched = e instanceof UnmatchedArgumentException unknown ? unknown.getUnmatched() : List.of();
        return unmatched.isEmpty()
                ? ""
                : question(unmatched.get(0), meant(unmatched.get(0), command.subcommands().keySet().stream()));
    }

    /** The one that begins so, or else the one that is nearest. */
    private static @Nullable String meant(String given, Stream<String> there) {
        List<String> names = there.toList();
        List<String> longer =
                names.stream().filter(name -> name.startsWith(given)).toList();
        return longer.size() == 1 ? longer.get(0) : Similar.to(given, names.stream());
    }

    private static String question(String given, @Nullable String meant) {
        return meant == null ? "" : "did you mean '" + meant + "' by '" + given + "'? ";
    }
}
