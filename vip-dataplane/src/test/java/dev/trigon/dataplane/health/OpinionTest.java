package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The policy: what a row of results makes of a backend. */
class OpinionTest {
    /**
     * A row: whether it is believed to be up, rise, fall, the results ({@code +} good, {@code -} bad, {@code .} not made), and its state
     * after each ({@code U}p, {@code D}own, un{@code k}nown).
     */
    @ParameterizedTest
    @CsvSource(textBlock = """
        false, 2, 3, +,            U
        false, 2, 3, -,            D
        false, 2, 3, -+,           DU
        false, 5, 3, ---+,         DDDU
        false, 2, 3, ....+,        kkkkU
        false, 2, 3, +---,         UUUD
        false, 2, 3, +---+-++,     UUUDDDDU
        false, 2, 3, +--+--+---,   UUUUUUUUUD
        true,  2, 3, +,            U
        true,  2, 3, --+,          UUU
        true,  2, 3, ---,          UUD
        true,  2, 3, ---+,         UUDD
        true,  2, 3, ---++,        UUDDU
        true,  2, 3, --.-,         UUUD
        true,  2, 3, ---+.+,       UUDDDU
        true,  1, 1, -+-+,         DUDU
        true,  3, 1, -+++,         DDDU
        """)
    void shouldFollowFromTheResults(boolean believedUp, int rise, int fall, String results, String states) {
        Opinion opinion = new Opinion(believedUp);
        StringBuilder seen = new StringBuilder();
        for (int i = 0; i < results.length(); i++) {
            opinion.heard(outcome(results.charAt(i)), rise, fall, i);
            seen.append(
                    switch (opinion.state()) {
                        case UP -> 'U';
                        case DOWN -> 'D';
                        case UNKNOWN -> 'k';
                    });
        }
        assertThat(seen).hasToString(states);
    }

    @Test
    void shouldCountInARowAndSayWhatTheLastOneShowed() {
        Opinion opinion = new Opinion(true);
        assertThat(opinion.reason()).isEqualTo("up before, and not checked since");
        assertThat(opinion.inARow()).isZero();
        opinion.heard(outcome('-'), 2, 3, 0);
        opinion.heard(outcome('-'), 2, 3, 0);
        assertThat(opinion.inARow()).isEqualTo(2);
        assertThat(opinion.reason()).isEqualTo("bad");
        opinion.heard(outcome('.'), 2, 3, 0);
        assertThat(opinion.inARow()).isEqualTo(2);
        assertThat(opinion.reason()).isEqualTo("the check could not be made: too many open files");
        opinion.explain("bad, and why");
        assertThat(opinion.reason()).isEqualTo("bad, and why");
        opinion.heard(outcome('+'), 2, 3, 0);
        assertThat(opinion.inARow()).isEqualTo(1);
        opinion.explain("bad, and why");
        assertThat(opinion.reason()).isEqualTo("good");
    }

    @Test
    void shouldBeHeldDownWhileItFlaps() {
        Opinion opinion = new Opinion(true);
        long ns = 0;
        for (int i = 0; i < FlapDamping.CHANGES / 2; i++) {
            opinion.heard(outcome('-'), 1, 1, ns++);
            opinion.heard(outcome('+'), 1, 1, ns++);
        }
        assertThat(opinion.state()).isEqualTo(BackendHealth.State.UP);
        opinion.heard(outcome('-'), 1, 1, ns);
        opinion.heard(outcome('+'), 1, 1, ns + 1);

        assertThat(opinion.state()).isEqualTo(BackendHealth.State.DOWN);
        assertThat(opinion.reason()).isEqualTo("flaps: more than 6 changes within 5 min, held down for 30 s");

        opinion.heard(outcome('+'), 1, 1, ns + FlapDamping.FIRST_HOLD.toNanos());
        assertThat(opinion.state()).isEqualTo(BackendHealth.State.UP);
        assertThat(opinion.reason()).isEqualTo("good");
    }

    private static Outcome outcome(char result) {
        return switch (result) {
            case '+' -> Outcome.up("good");
            case '-' -> Outcome.down("bad");
            default -> Outcome.notMade("too many open files");
        };
    }
}
