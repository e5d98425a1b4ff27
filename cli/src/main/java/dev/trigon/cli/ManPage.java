package dev.trigon.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command's manual page, by the macros of man(7), made of what its help is made of. */
final class ManPage {
    private final CommandSpec command;
    private final StringBuilder page = new StringBuilder();

    private ManPage(CommandSpec command) {
        this.command = command;
    }

    /** As its file is called, without the section: vipctl-service-add. */
    static String name(CommandSpec command) {
        return command.qualifiedName("-");
    }

    static String of(CommandSpec command, String version) {
        return new ManPage(command).written(version);
    }

    private String written(String version) {
        page.append(".TH ")
                .append(quoted(name(command).toUpperCase(Locale.ROOT)))
                .append(" 1 \"\" ")
                .append(quoted("Trigon " + version))
                .append('\n');
        section("NAME");
        text(name(command) + " - " + CommandTree.summary(command));
        section("SYNOPSIS");
        text(synopsis());
        section("DESCRIPTION");
        paragraphs(command.usageMessage().description());
        arguments();
        options();
        commands();
        footer();
        section("SEE ALSO");
        text(seeAlso());
        return page.toString();
    }

    private String synopsis() {
        Help help = new Help(command, Help.defaultColorScheme(Ansi.OFF));
        return help.synopsis(0).strip().replaceAll("\\s+", " ");
    }

    private void arguments() {
        if (!command.positionalParameters().isEmpty()) {
            section("ARGUMENTS");
        }
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            tagged("\\fI" + escaped(parameter.paramLabel()) + "\\fR", description(parameter));
        }
    }

    private void options() {
        section("OPTIONS");
        for (OptionSpec option : CommandTree.options(command)) {
            String names = Stream.of(option.names())
                    .map(name -> "\\fB" + escaped(name) + "\\fR")
                    .collect(Collectors.joining(", "));
            tagged(
                    option.arity().max() == 0 ? names : names + "=\\fI" + escaped(option.paramLabel()) + "\\fR",
                    description(option));
        }
    }

    private void commands() {
        List<CommandSpec> members = CommandTree.members(command);
        if (!members.isEmpty()) {
            section("COMMANDS");
        }
        for (CommandSpec member : members) {
            tagged("\\fB" + escaped(name(member)) + "\\fR(1)", CommandTree.summary(member));
        }
    }

    /** Examples, where columns are columns. */
    private void footer() {
        String[] footer = command.usageMessage().footer();
        if (footer.length == 0) {
            return;
        }
        section("NOTES");
        page.append(".nf\n");
        Stream.of(footer).skip(1).forEach(this::text);
        page.append(".fi\n");
    }

    private String seeAlso() {
        CommandSpec parent = command.parent();
        return parent == null ? "vip-agent --help, vipd --help" : name(parent) + "(1)";
    }

    private void section(String title) {
        page.append(".SH ").append(title).append('\n');
    }

    private void tagged(String tag, String... description) {
        page.append(".TP\n").append(tag).append('\n');
        for (int i = 0; i < description.length; i++) {
            page.append(i == 0 ? "" : ".br\n");
            text(description[i]);
        }
    }

    private void paragraphs(String... paragraphs) {
        for (int i = 0; i < paragraphs.length; i++) {
            page.append(i == 0 ? "" : ".PP\n");
            text(paragraphs[i]);
        }
    }

    private static String[] description(ArgSpec argument) {
        return Stream.of(argument.description())
                .map(line -> line.replace("${DEFAULT-VALUE}", argument.defaultValueString()))
                .toArray(String[]::new);
    }

    /** A line of text, whatever it begins with. */
    private void text(String line) {
        boolean control = line.startsWith(".") || line.startsWith("'");
        page.append(control ? "\\&" : "").append(escaped(line)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("`", "\\(ga");
    }

    private static String quoted(String text) {
        return '"' + escaped(text).replace("\"", "\\(dq") + '"';
    }
}
