package dev.trigon.cli.imports;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement of keepalived.conf: a keyword, what it is given, and the block behind it.
 *
 * @param words the keyword first
 * @param block empty where there is none
 */
record Statement(int line, List<String> words, List<Statement> block) {
    String keyword() {
        return word(0);
    }

    /** Empty where there are not so many. */
    String word(int index) {
        return index < words.size() ? words.get(index) : "";
    }

    /** The last of those in the block that begin so, as keepalived takes it; keywords have aliases. */
    @Nullable
    Statement last(List<String> keywords) {
        Statement last = null;
        for (Statement statement : block) {
            last = keywords.contains(statement.keyword()) ? statement : last;
        }
        return last;
    }
}
