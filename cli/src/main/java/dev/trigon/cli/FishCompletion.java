package dev.trigon.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Completion for fish, for which Picocli writes none: one line for each command and each option, with the condition under
 * which it may come next.
 */
final class FishCompletion {
    /** Words are what is no option and no option's value: the commands so far, and what they are about. */
    private static final String FUNCTIONS = """
        # What fish completes for vipctl: vipctl completion fish
        function __vipctl_words
            set -l value no
            for word in (commandline -opc)[2..-1]
                if test $value = yes
                    set value no
                else if contains -- $word %s
                    set value yes
                else if not string match -q -- '-*' $word
                    echo $word
                end
            end
        end
        function __vipctl_at
            set -l words (__vipctl_words)
            test "$words" = "$argv"
        end
        function __vipctl_in
            set -l words (__vipctl_words)
            string match -q -- "$argv *" "$words "
        end
        complete -c vipctl -f
        """;

    private final List<String> lines = new ArrayList<>();

    private FishCompletion() {}

    static String of(CommandLine vipctl) {
        FishCompletion completion = new FishCompletion();
        completion.add(vipctl.getCommandSpec(), "");
        String valued = withValue(vipctl.getCommandSpec()).distinct().sorted().collect(Collectors.joining(" "));
        return FUNCTIONS.formatted(valued) + String.join("\n", completion.lines) + "\n";
    }

    /** @param words that lead to the command, each after a blank */
    private void add(CommandSpec command, String words) {
        List<CommandSpec> members = CommandTree.members(command);
        for (CommandSpec member : members) {
            lines.add("complete -c vipctl -n '__vipctl_at" + words + "' -a " + member.name()
                    + described(CommandTree.summary(member)));
        }
        for (OptionSpec option : CommandTree.options(command)) {
            if (!option.inherited()) {
                lines.add("complete -c vipctl" + condition(option, words) + names(option) + value(option)
                        + described(option.description()[0]));
            }
        }
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            String values = value(parameter);
            if (values.contains("-a")) {
                lines.add("complete -c vipctl -n '__vipctl_at" + words + "'" + values);
            }
        }
        members.forEach(member -> add(member, words + " " + member.name()));
    }

    /** What every command inherits may come anywhere. */
    private static String condition(OptionSpec option, String words) {
        if (words.isEmpty()) {
            return option.scopeType() == CommandLine.ScopeType.INHERIT ? "" : " -n '__vipctl_at'";
        }
        return " -n '__vipctl_in" + words + "'";
    }

    private static String names(OptionSpec option) {
        return Stream.of(option.names())
                .map(name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
                .collect(Collectors.joining());
    }

    private static String value(ArgSpec argument) {
        if (argument.arity().max() == 0) {
            return "";
        }
        if (argument.paramLabel().matches("FILE|PATH")) {
            return " -r -F";
        }
        String choices = argument.completionCandidates() == null
                ? ""
                : StreamSupport.stream(argument.completionCandidates().spliterator(), false)
                        .collect(Collectors.joining(" "));
        String exclusive = argument.arity().min() == 0 ? "" : " -x";
        return exclusive + (choices.isEmpty() ? "" : " -a '" + choices + "'");
    }

    private static Stream<String> withValue(CommandSpec command) {
        return Stream.concat(
                command.options().stream()
                        .filter(option -> option.arity().min() > 0)
                        .flatMap(option -> Stream.of(option.names())),
                CommandTree.members(command).stream().flatMap(FishCompletion::withValue));
    }

    private static String described(String sentence) {
        return " -d '" + sentence.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
