package dev.trigon.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line that is typed into a shell, as far as documents need one: words and words in quotes, a comment, {@code > FILE}, and
 * {@code source <(COMMAND)}. Anything else is refused.
 *
 * @param output the file that takes what is printed; null: none
 */
record ShellLine(String text, List<String> words, @Nullable String output) {
    static final String EDITOR = "$EDITOR ";

    private static final Pattern SOURCE = Pattern.compile("source <\\((.*)\\)(?:\\s+#.*)?");
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(?:#.*|(?<plain>\\$EDITOR|[^\\s'\"#|&;<>(){}$`\\\\*?]+)|'(?<single>[^']*)'|\"(?<double>[^\"$`\\\\]*)\""
                    + "|(?<into>>))(?=\\s|$)");

    static ShellLine of(String text) {
        Matcher source = SOURCE.matcher(text);
        String command = source.matches() ? source.group(1) : text;
        List<String> words = new ArrayList<>();
        String output = null;
        boolean into = false;
        Matcher token = TOKEN.matcher(command);
        int end = 0;
        while (end < command.length()) {
            if (!token.find(end) || token.start() != end) {
                throw new AssertionError("no line that this shell understands: " + text);
            }
            end = token.end();
            String word = word(token);
            if (word != null && into) {
                output = word;
            } else if (word != null) {
                words.add(word);
            }
            into = token.group("into") != null;
        }
        return new ShellLine(text, List.copyOf(words), output);
    }

    private static @Nullable String word(Matcher token) {
        for (String kind : new String[] {"plain", "single", "double"}) {
            if (token.group(kind) != null) {
                return token.group(kind);
            }
        }
        return null;
    }

    boolean edits() {
        return words.get(0).equals(EDITOR.strip());
    }

    /** What vipctl is told. */
    List<String> arguments() {
        if (!words.get(0).equals("vipctl") && !words.get(0).equals("scripts/vipctl")) {
            throw new AssertionError("vipctl is not what is run: " + text);
        }
        return words.subList(1, words.size());
    }
}
