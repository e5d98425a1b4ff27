package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {
    private static final long START_MS = 1_800_000_000_000L;

    private static int permitted(RateLimit limit, long nowMs, int asked) {
        int permitted = 0;
        for (int i = 0; i < asked; i++) {
            permitted += limit.permits(nowMs) ? 1 : 0;
        }
        return permitted;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10, 100, 1_000, 12_345, 1_000_000})
    void shouldPermitItsRateAndATenthOfASecondMoreWhateverIsAsked(int perSecond) {
        RateLimit limit = new RateLimit(perSecond);
        int permitted = 0;
        for (int ms = 0; ms < 10_000; ms++) {
            permitted += permitted(limit, START_MS + ms, perSecond / 1_000 * 2 + 2);
        }

        int burst = Math.max(1, perSecond / 10);
        assertThat(permitted).isBetween((int) (perSecond * 9.99), 10 * perSecond + burst);
    }

    @Test
    void shouldPermitNothingAtARateOfZero() {
        assertThat(permitted(new RateLimit(0), START_MS, 1_000)).isZero();
    }

    @Test
    void shouldNotSaveUpAnIdleYear() {
        RateLimit limit = new RateLimit(1_000);
        assertThat(permitted(limit, START_MS, 10_000)).isEqualTo(100);

        assertThat(permitted(limit, START_MS + 365L * 86_400_000, 10_000)).isEqualTo(100);
    }

    @Test
    void shouldPermitAgainAsTimePasses() {
        RateLimit limit = new RateLimit(10);
        assertThat(permitted(limit, START_MS, 10)).isOne();

        assertThat(permitted(limit, START_MS + 99, 10)).isZero();
        assertThat(permitted(limit, START_MS + 100, 10)).isOne();
    }
}
