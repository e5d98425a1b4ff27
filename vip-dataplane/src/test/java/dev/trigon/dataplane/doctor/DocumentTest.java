package dev.trigon.dataplane.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What operators are told of each check, in the order in which they are told. */
class DocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "doctor.md");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| [^|]{10,} \\| [^|]{10,} \\| [^|]{5,} \\|$");

    @Test
    void shouldHaveARowForEveryCheck() throws IOException {
        List<String> documented = ROW.matcher(Files.readString(DOCUMENT))
                .results()
                .map(it -> it.group(1))
                .toList();

        assertThat(documented).isEqualTo(Checks.ALL.stream().map(Check::name).toList());
    }
}
