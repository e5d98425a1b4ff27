package dev.trigon.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
    /** The three examples of keepalived.conf(5). */
    @Test
    void shouldHoldTogetherWhatIsInQuotes() throws NotImported {
        assertThat(texts("abcd\" efg h jkl \"mnop")).containsExactly("abcd efg h jkl mnop");
        assertThat(texts("abcd \"efg h jkl\" mnop")).containsExactly("abcd", "efg h jkl", "mnop");
        assertThat(texts("\"/bin/sh -c 'true'\"")).containsExactly("/bin/sh -c 'true'");
    }

    @Test
    void shouldTakeBackslashesInQuotesForWhatFollows() throws NotImported {
        assertThat(texts("\"a \\\" b\" c")).containsExactly("a \" b", "c");
    }

    @Test
    void shouldEndAtACommentUnlessItIsQuoted() throws NotImported {
        assertThat(texts("weight 1#2")).containsExactly("weight", "1");
        assertThat(texts("! all of it")).isEmpty();
        assertThat(texts("path \"/#top!\"")).containsExactly("path", "/#top!");
    }

    @Test
    void shouldTakeWhatIsNotClosedToTheEndOfTheLine() throws NotImported {
        assertThat(texts("name \"a b")).containsExactly("name", "a b");
        assertThat(texts("name \"")).containsExactly("name", "");
        assertThat(texts("name \"\\")).containsExactly("name", "\\");
    }

    private static List<String> texts(String line) throws NotImported {
        return Words.texts(1, line, "!#");
    }
}
