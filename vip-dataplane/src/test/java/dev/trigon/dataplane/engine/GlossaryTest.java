package dev.trigon.dataplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.engine.Glossary.Entry;
import dev.trigon.dataplane.forward.DropReason;
import dev.trigon.dataplane.forward.Observed;
import dev.trigon.dataplane.forward.Verdict;
import dev.trigon.dataplane.health.path.Passage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What operators are told of each counter, here and in the documentation. */
class GlossaryTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "counters.md");

    @Test
    void shouldHaveEveryCounterOnceWithASentence() {
        List<Entry> entries = Glossary.entries();

        assertThat(entries)
                .hasSize(1
                        + Verdict.values().length
                        + DropReason.values().length
                        + Observed.values().length
                        + Passage.values().length);
        assertThat(entries)
                .extracting(Entry::id)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z]+(-[a-z]+)*"));
        assertThat(entries).extracting(Entry::name).doesNotHaveDuplicates();
        assertThat(entries)
                .extracting(Entry::sentence)
                .doesNotHaveDuplicates()
                .allMatch(sentence -> sentence.matches("[^|\\n]{10,120}[^.|\\n]"));
    }

    @Test
    void shouldBeNamedAlikeInCodeAndOutside() {
        for (Entry entry : Glossary.entries()) {
            String name = entry.name().replace("Passage.", "check-");
            assertThat(name.toLowerCase(java.util.Locale.ROOT).replace('_', '-'))
                    .isEqualTo(entry.id());
        }
    }

    /** The table in docs/counters.md, row by row: to add a counter is to add its row, which the failure shows. */
    @Test
    void shouldBeDocumentedRowByRow() throws IOException {
        List<String> documented = Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        List<String> expected =
                Glossary.entries().stream().map(GlossaryTest::row).toList();
        List<String> missing = new ArrayList<>(expected);
        missing.removeAll(documented);
        List<String> stale = new ArrayList<>(documented);
        stale.removeAll(expected);

        assertThat(String.join("\n", missing))
                .as("rows to add to docs/counters.md")
                .isEmpty();
        assertThat(String.join("\n", stale))
                .as("rows to take out of docs/counters.md")
                .isEmpty();
        assertThat(documented).as("the order of the rows in docs/counters.md").isEqualTo(expected);
    }

    private static String row(Entry entry) {
        return "| `" + entry.id() + "` | " + entry.kind() + " | " + entry.name() + " | " + entry.sentence() + " |";
    }
}
