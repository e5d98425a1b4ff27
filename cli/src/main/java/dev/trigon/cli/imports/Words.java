package dev.trigon.cli.imports;

import java.util.ArrayList;
import java.util.List;

/** A line as words. Quotes hold words together, and are no part of them; a comment ends the line. */
final class Words {
    /** More are in no line that a person wrote. */
    private static final int MAX_WORDS = 10_000;

    /** @param quoted whether any of it was in quotes: it is then neither a brace nor a comment */
    record Word(String text, boolean quoted) {
        boolean is(String sign) {
            return !quoted && text.equals(sign);
        }
    }

    private final String line;
    private final String comments;
    private final List<Word> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean quoted;
    private int at;

    private Words(String line, String comments) {
        this.line = line;
        this.comments = comments;
    }

    /**
     * @param number of the line
     * @param comments the characters that begin one
     */
    static List<Word> of(int number, String line, String comments) throws NotImported {
        List<Word> words = new Words(line, comments).read();
        if (words.size() > MAX_WORDS) {
            throw new NotImported(
                    number,
                    "the line has more than " + MAX_WORDS + " words",
                    "check that this is the file that is meant");
        }
        return words;
    }

    static List<String> texts(int number, String line, String comments) throws NotImported {
        return of(number, line, comments).stream().map(Word::text).toList();
    }

    private List<Word> read() {
        for (at = 0; at < line.length() && words.size() <= MAX_WORDS; at++) {
            char c = line.charAt(at);
            if (comments.indexOf(c) >= 0) {
                break;
            }
            if (c == '"' || c == '\'') {
                readQuoted(c);
            } else if (Character.isWhitespace(c)) {
                end();
            } else {
                word.append(c);
            }
        }
        end();
        return words;
    }

    /** To the closing quote, or to the end of the line where there is none. A backslash takes the meaning of what follows. */
    private void readQuoted(char quote) {
        quoted = true;
        for (at++; at < line.length() && line.charAt(at) != quote; at++) {
            if (line.charAt(at) == '\\' && at + 1 < line.length()) {
                at++;
            }
            word.append(line.charAt(at));
        }
    }

    private void end() {
        if (quoted || !word.isEmpty()) {
            words.add(new Word(word.toString(), quoted));
        }
        word.setLength(0);
        quoted = false;
    }
}
