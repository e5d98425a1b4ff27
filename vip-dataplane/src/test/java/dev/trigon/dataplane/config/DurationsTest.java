package dev.trigon.dataplane.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"500ms,500", "2s,2000", "10m,600000", "1h,3600000", "0s,0", "1500ms,1500"})
    void shouldReadAndWrite(String text, long ms) {
        assertThat(Durations.parse(text)).contains(Duration.ofMillis(ms));
        assertThat(Durations.format(Duration.ofMillis(ms))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-1s", "1.5s", "1d", "1 s", "1S", "9999999999s"})
    void shouldNotReadAnythingElse(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }
}
