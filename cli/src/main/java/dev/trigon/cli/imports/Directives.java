package dev.trigon.cli.imports;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What keepalived makes of its file before it reads it: variables, sequences, conditions, other files. None of it is done here, so
 * whatever hangs on it is taken out and said.
 */
final class Directives {
    private static final Pattern DEFINITION = Pattern.compile("\\$\\{?([A-Za-z_][A-Za-z0-9_]*)}?=.*", Pattern.DOTALL);
    private static final Pattern USE = Pattern.compile("\\$\\{?([A-Za-z_][A-Za-z0-9_]*)");
    private static final String BALANCING = "virtual_server";
    private static final String INCLUDE = "include";
    private static final String WRITE_OUT = "write out what it stands for, and import again";

    private final Report report;
    private final Set<String> defined = new HashSet<>();

    private Directives(Report report) {
        this.report = report;
    }

    static void takeOut(Statement root, Report report) {
        Directives directives = new Directives(report);
        directives.define(root);
        root.block().removeIf(statement -> isAboutBalancing(statement) && directives.isDirective(statement));
        for (Statement statement : root.block()) {
            if (statement.keyword().startsWith(BALANCING)) {
                directives.takeOut(statement.block());
            }
        }
    }

    /** Or may be: nobody knows what a variable stands for. What is passed over as a whole need not be spoken of in detail. */
    private static boolean isAboutBalancing(Statement statement) {
        String keyword = statement.keyword();
        if (!keyword.isEmpty() && Character.isLetter(keyword.charAt(0))) {
            return keyword.startsWith(BALANCING) || keyword.startsWith(INCLUDE);
        }
        return statement.words().stream().anyMatch(word -> word.startsWith(BALANCING) || word.indexOf('$') >= 0);
    }

    private void define(Statement statement) {
        Matcher definition = DEFINITION.matcher(statement.word(0));
        if (definition.matches()) {
            defined.add(definition.group(1));
        }
        statement.block().forEach(this::define);
    }

    private void takeOut(List<Statement> block) {
        block.removeIf(this::isDirective);
        block.forEach(statement -> takeOut(statement.block()));
    }

    private boolean isDirective(Statement statement) {
        String keyword = statement.keyword();
        int line = statement.line();
        if (keyword.startsWith(INCLUDE)) {
            report.lost(
                    line,
                    "include " + Text.quoted(statement.word(1)) + " is not followed",
                    "import that file as well, and put the services of both into one");
        } else if (keyword.startsWith("@")) {
            report.lost(
                    line,
                    "what " + Text.quoted(keyword) + " begins holds on some machines alone: left out, with its block",
                    "remove the word where it holds, and import again");
        } else if (keyword.startsWith("~")) {
            report.lost(line, "'~SEQ' and '~LST' are not carried out: left out, with the block", WRITE_OUT);
        } else if (DEFINITION.matcher(keyword).matches()) {
            // heard of where it is used
            return true;
        } else if (usesVariable(statement)) {
            report.lost(line, "a variable is used, and none is replaced: left out, with its block", WRITE_OUT);
        } else {
            return false;
        }
        return true;
    }

    /** keepalived leaves a name alone that it does not know: a script may mean its own. */
    private boolean usesVariable(Statement statement) {
        for (String word : statement.words()) {
            Matcher use = USE.matcher(word);
            while (use.find()) {
                if (defined.contains(use.group(1)) || use.group(1).startsWith("_")) {
                    return true;
                }
            }
        }
        return false;
    }
}
