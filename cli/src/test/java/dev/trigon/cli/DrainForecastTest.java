package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DrainForecastTest {
    private final DrainForecast forecast = new DrainForecast();

    private void add(long... flows) {
        LongStream.of(flows).forEach(forecast::add);
    }

    @Test
    void shouldSayNothingBeforeItHasSeenFiveSeconds() {
        add(100, 90, 80, 70, 60);
        assertThat(forecast.secondsLeft()).isEmpty();
        add(50);
        assertThat(forecast.secondsLeft()).hasValue(5);
    }

    @Test
    void shouldSayNothingWhereFlowsDoNotFall() {
        add(100, 100, 100, 100, 100, 100);
        assertThat(forecast.secondsLeft()).isEmpty();
        add(110);
        assertThat(forecast.secondsLeft()).isEmpty();
    }

    @Test
    void shouldForgetWhatWasLongAgo() {
        add(LongStream.rangeClosed(0, 30).map(i -> 1_000 - i).toArray());
        assertThat(forecast.secondsLeft()).hasValue(970);
        add(LongStream.rangeClosed(1, 30).map(i -> 970 - 10 * i).toArray());
        assertThat(forecast.secondsLeft()).hasValue(67);
    }
}
