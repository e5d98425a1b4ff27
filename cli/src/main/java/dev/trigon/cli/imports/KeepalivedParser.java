package dev.trigon.cli.imports;

import dev.trigon.cli.imports.Words.Word;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Makes a tree of keepalived.conf. A statement ends with its line or where a block begins or ends; '!' and '#' begin comments; a
 * '{' may stand at the end of its statement's line or at the beginning of the next.
 */
final class KeepalivedParser {
    /** keepalived's own deepest is six. */
    private static final int MAX_DEPTH = 16;

    private static final int MAX_WORDS = 1_000_000;
    private static final String COMMENTS = "!#";

    private final Deque<Statement> open = new ArrayDeque<>();
    private List<String> words = new ArrayList<>();
    private int number;
    private int count;

    /** The statements outside of all blocks, as the block of one that has no words. */
    static Statement parse(String text) throws NotImported {
        return new KeepalivedParser().read(text);
    }

    private Statement read(String text) throws NotImported {
        Statement root = new Statement(0, List.of(), new ArrayList<>());
        open.push(root);
        boolean inDefinition = false;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            boolean continues = line.stripTrailing().endsWith("\\");
            if (!inDefinition) {
                readLine(line);
            }
            // the body of $NAME= \ over several lines, which is not used here
            inDefinition = continues && (inDefinition || line.strip().startsWith("$"));
        }
        if (open.size() > 1) {
            throw new NotImported(
                    open.element().line(), "the block that begins here is not closed", "add the missing '}'");
        }
        return root;
    }

    private void readLine(String line) throws NotImported {
        List<Word> read = Words.of(number, line, COMMENTS);
        count += read.size();
        if (count > MAX_WORDS) {
            throw new NotImported(
                    number, "it has more than " + MAX_WORDS + " words", "check that it is the file that is meant");
        }
        for (Word word : read) {
            if (word.is("{")) {
                begin();
            } else if (word.is("}")) {
                close();
            } else if (!word.quoted()
                    && word.text().endsWith("{")
                    && word.text().indexOf('$') < 0) {
                words.add(word.text().substring(0, word.text().length() - 1));
                begin();
            } else {
                words.add(word.text());
            }
        }
        end();
    }

    private void end() {
        if (!words.isEmpty()) {
            open.element().block().add(new Statement(number, List.copyOf(words), new ArrayList<>()));
            words = new ArrayList<>();
        }
    }

    private void begin() throws NotImported {
        end();
        List<Statement> block = open.element().block();
        if (block.isEmpty()) {
            throw new NotImported(number, "a '{' stands behind nothing", "give the block its keyword, or remove it");
        }
        if (open.size() > MAX_DEPTH) {
            throw new NotImported(number, "it is nested too deep", "check that it is the file that is meant");
        }
        open.push(block.get(block.size() - 1));
    }

    private void close() throws NotImported {
        end();
        if (open.size() == 1) {
            throw new NotImported(number, "a '}' closes nothing", "remove it, or add the '{' that it belongs to");
        }
        open.pop();
    }
}
