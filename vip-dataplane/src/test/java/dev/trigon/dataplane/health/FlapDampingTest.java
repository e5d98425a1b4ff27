package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FlapDampingTest {
    private final FlapDamping flaps = new FlapDamping();
    /** A clock that begins where nanoseconds often do. */
    private long nowNs = Long.MIN_VALUE + 7;

    @Test
    void shouldHoldNobodyWhoChangesNowAndThen() {
        for (int i = 0; i < 20; i++) {
            down();
            assertThat(held()).isZero();
            after(Duration.ofMinutes(1));
            flaps.wentUp(nowNs);
            after(Duration.ofMinutes(1));
        }
    }

    @Test
    void shouldHoldLongerEachTimeUpToABound() {
        for (int i = 0; i < FlapDamping.CHANGES / 2; i++) {
            down();
            assertThat(held()).isZero();
            up();
        }
        for (long seconds : new long[] {30, 60, 120, 240, 480, 600, 600}) {
            down();
            assertThat(held()).isEqualTo(seconds);
            up();
        }
    }

    @Test
    void shouldForgiveWhatHasBeenUpForLong() {
        for (int i = 0; i < FlapDamping.CHANGES; i++) {
            down();
            up();
        }
        after(FlapDamping.FORGIVEN_AFTER);
        down();
        assertThat(held()).isZero();
    }

    @Test
    void shouldNotForgiveWhatHasBeenUpForLess() {
        for (int i = 0; i < FlapDamping.CHANGES / 2; i++) {
            down();
            up();
        }
        down();
        assertThat(held()).isEqualTo(30);
        up();
        after(FlapDamping.FORGIVEN_AFTER.minusSeconds(2));
        down();
        assertThat(held()).isEqualTo(60);
    }

    private void down() {
        after(Duration.ofSeconds(1));
        flaps.wentDown(nowNs);
    }

    /** As soon as it may. */
    private void up() {
        after(Duration.ofSeconds(Math.max(1, held())));
        flaps.wentUp(nowNs);
    }

    /** For how many seconds from now on. */
    private long held() {
        long seconds = 0;
        while (flaps.holds(nowNs + Duration.ofSeconds(seconds).toNanos())) {
            seconds++;
        }
        return seconds;
    }

    private void after(Duration time) {
        nowNs += time.toNanos();
    }
}
