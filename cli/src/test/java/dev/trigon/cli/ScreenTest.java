package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScreenTest {
    private final StringWriter written = new StringWriter();

    private Screen screen(boolean terminal, Map<String, String> environment) {
        return new Screen(new PrintWriter(written), terminal, environment);
    }

    @ParameterizedTest
    @CsvSource({"80, 80", "'', 2147483647", "0, 2147483647", "wide, 2147483647", "123456, 2147483647"})
    void shouldBeAsWideAsColumnsSays(String columns, int expected) {
        assertThat(screen(true, Map.of("COLUMNS", columns)).columns()).isEqualTo(expected);
        assertThat(screen(false, Map.of("COLUMNS", columns)).columns()).isEqualTo(Screen.UNLIMITED);
    }

    @Test
    void shouldHaveColoursWhereTheyAreWanted() {
        assertThat(screen(true, Map.of("TERM", "xterm")).state("up", "up")).isEqualTo("\033[32mup\033[0m");
        assertThat(screen(true, Map.of("TERM", "xterm", "NO_COLOR", "")).heading("NAME"))
                .isEqualTo("\033[1mNAME\033[0m");
        assertThat(screen(true, Map.of("TERM", "xterm")).state("other", "other"))
                .isEqualTo("other");
        assertThat(screen(true, Map.of("TERM", "xterm", "NO_COLOR", "1")).heading("NAME"))
                .isEqualTo("NAME");
        assertThat(screen(true, Map.of("TERM", "dumb")).heading("NAME")).isEqualTo("NAME");
        assertThat(screen(true, Map.of()).heading("NAME")).isEqualTo("NAME");
        assertThat(screen(false, Map.of("TERM", "xterm")).heading("NAME")).isEqualTo("NAME");
    }

    @Test
    void shouldCutTheWidestNamesAndNothingElse() {
        table().print(screen(true, Map.of("COLUMNS", "36")));
        assertThat(written.toString()).isEqualTo("""
            SERVICE      ADDRESS           FLOWS
            a-name-tha…  2001:db8:2::1111      7
            web          10.2.0.11             1
            """);
    }

    @Test
    void shouldLeaveNamesRecognizable() {
        table().print(screen(true, Map.of("COLUMNS", "10")));
        assertThat(written.toString()).startsWith("SERVICE   ADDRESS           FLOWS\na-name-…  2001:db8:2::1111");
    }

    @Test
    void shouldCutNothingWhereThereIsRoomOrNoTerminal() {
        table().print(screen(false, Map.of("COLUMNS", "10")));
        assertThat(written.toString()).contains("a-name-that-is-long");
    }

    private static Table table() {
        return new Table()
                .name("SERVICE")
                .text("ADDRESS")
                .number("FLOWS")
                .row("a-name-that-is-long", "2001:db8:2::1111", 7)
                .row("web", "10.2.0.11", 1);
    }
}
