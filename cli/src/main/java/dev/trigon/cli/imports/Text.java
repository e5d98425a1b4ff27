package dev.trigon.cli.imports;

import java.util.regex.Pattern;

/** What is shown of an input that may hold anything, and times as a services file has them. */
final class Text {
    private static final int MAX_LINE = 500;
    private static final int MAX_QUOTED = 60;
    /** Control and format characters, line and paragraph separators, and halves of surrogate pairs. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private Text() {}

    /** One line of bounded length, and nothing that a terminal would obey. */
    static String line(String text) {
        return UNPRINTABLE.matcher(bounded(text, MAX_LINE)).replaceAll("?");
    }

    static String quoted(String word) {
        return "'" + bounded(word, MAX_QUOTED) + "'";
    }

    private static String bounded(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }

    /** In the largest unit that says it exactly. */
    static String duration(long ms) {
        if (ms > 0 && ms % 3_600_000 == 0) {
            return ms / 3_600_000 + "h";
        }
        if (ms > 0 && ms % 60_000 == 0) {
            return ms / 60_000 + "m";
        }
        return ms % 1_000 == 0 ? ms / 1_000 + "s" : ms + "ms";
    }

    /** A whole number, or a misfit that names what it should have been. */
    static int number(String what, String text, int least, int most) throws Misfit {
        int number = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : -1;
        if (number < least || number > most) {
            throw new Misfit(
                    what + " is " + quoted(text) + ", and " + least + " to " + most + " are possible: left out",
                    "correct it");
        }
        return number;
    }
}
