package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PressureTest {
    private static final long STEP_MS = 100;

    private final Pressure pressure = new Pressure();
    private long nowMs = 1_800_000_000_000L;

    /** As long as that it is nearly full, or is not. Answers what was said last. */
    private boolean pass(long ms, boolean pressed) {
        boolean settled = false;
        for (long untilMs = nowMs + ms; nowMs < untilMs; nowMs += STEP_MS) {
            settled = pressure.hasSettled(pressed, nowMs);
        }
        return settled;
    }

    @Test
    void shouldHaveSettledWhenTheCachesHadTimeToWrite() {
        assertThat(pass(Pressure.SETTLED_MS, true)).isFalse();
        assertThat(pass(STEP_MS, true)).isTrue();
        assertThat(pass(60_000, true)).isTrue();
    }

    @Test
    void shouldNotCountWhileThereIsRoom() {
        assertThat(pass(60_000, false)).isFalse();
        assertThat(pass(Pressure.SETTLED_MS, true)).isFalse();
    }

    @Test
    void shouldBeginAgainAfterRoomThatLastedLongEnoughForCachesToFallBehind() {
        pass(60_000, true);
        pass(Pressure.LONGEST_RELIEF_MS, false);

        assertThat(pass(Pressure.SETTLED_MS, true)).isFalse();
        assertThat(pass(STEP_MS, true)).isTrue();
    }

    @Test
    void shouldGoOnAfterAMomentOfRoom() {
        pass(60_000, true);

        assertThat(pass(Pressure.LONGEST_RELIEF_MS - STEP_MS, false))
                .as("nobody need go while there is room")
                .isFalse();
        assertThat(pass(STEP_MS, true)).isTrue();
    }
}
