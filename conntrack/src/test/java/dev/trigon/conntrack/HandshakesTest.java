package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class HandshakesTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final int ENTRIES = 3_000;
    private static final long TIMEOUT_MS = 30_000;

    private final Handshakes handshakes = new Handshakes(4_096);

    @Test
    void shouldKnowABackendUntilTheHandshakeIsDone() {
        handshakes.begin(Keys.mixed(1), 7, NOW_MS);

        assertThat(handshakes.backendOf(Keys.mixed(1), TIMEOUT_MS, NOW_MS)).isEqualTo(7);
        assertThat(handshakes.backendOf(Keys.mixed(2), TIMEOUT_MS, NOW_MS)).isEqualTo(Handshakes.NONE);

        handshakes.end(Keys.mixed(1));
        assertThat(handshakes.backendOf(Keys.mixed(1), TIMEOUT_MS, NOW_MS)).isEqualTo(Handshakes.NONE);
        handshakes.end(Keys.mixed(1));
    }

    @Test
    void shouldForgetAHandshakeThatIsNeverDone() {
        handshakes.begin(Keys.mixed(1), 7, NOW_MS);

        assertThat(handshakes.backendOf(Keys.mixed(1), TIMEOUT_MS, NOW_MS + TIMEOUT_MS - 1))
                .isEqualTo(7);
        assertThat(handshakes.backendOf(Keys.mixed(1), TIMEOUT_MS, NOW_MS + TIMEOUT_MS))
                .isEqualTo(Handshakes.NONE);
    }

    @Test
    void shouldTakeTheNewBackendOfAHandshakeBegunAnew() {
        handshakes.begin(Keys.mixed(1), 7, NOW_MS);
        handshakes.begin(Keys.mixed(1), 8, NOW_MS + 10);

        assertThat(handshakes.backendOf(Keys.mixed(1), TIMEOUT_MS, NOW_MS + TIMEOUT_MS + 9))
                .isEqualTo(8);
    }

    @Test
    void shouldStayWithinItsMemoryAndPreferTheLatest() {
        for (int i = 0; i < 10 * ENTRIES; i++) {
            handshakes.begin(Keys.mixed(i), i + 1, NOW_MS + i);
        }

        assertThat(handshakes.displaced()).isPositive();
        int known = 0;
        for (int i = 10 * ENTRIES - 1_000; i < 10 * ENTRIES; i++) {
            known += handshakes.backendOf(Keys.mixed(i), TIMEOUT_MS, NOW_MS + 10 * ENTRIES) == i + 1 ? 1 : 0;
        }
        assertThat(known).as("of the last 1,000, a third of what fits").isGreaterThan(950);
    }

    /** What a flood sends beyond the rate is not noted, so that what was noted is still there when its client answers. */
    @Test
    void shouldKeepAHandshakeForSecondsOfAFlood() {
        BitSet noted = new BitSet();
        int kept = 0;
        for (int ms = 0; ms < 10_000; ms++) {
            for (int i = 0; i < 6; i++) {
                if (i == ms % 6) {
                    noted.set(ms, beginIfPermitted(Keys.ipv4(ms), 7, ms));
                } else {
                    beginIfPermitted(Keys.ipv4(1_000_000 + ms * 6 + i), 1, ms);
                }
            }
            if (ms >= 2_500 && noted.get(ms - 2_500)) {
                kept += handshakes.backendOf(Keys.ipv4(ms - 2_500), TIMEOUT_MS, NOW_MS + ms) == 7 ? 1 : 0;
            }
        }

        int asked = noted.get(0, 7_500).cardinality();
        assertThat(asked).isGreaterThan(500);
        assertThat(kept).as("of %d after 2.5 s", asked).isGreaterThan(asked * 98 / 100);
        assertThat(handshakes.notNoted()).isBetween(60_000L - 7_000, 60_000L - 6_500);
    }

    private boolean beginIfPermitted(FlowKey key, int backendId, int ms) {
        boolean permitted = handshakes.permits(NOW_MS + ms);
        if (permitted) {
            handshakes.begin(key, backendId, NOW_MS + ms);
        }
        return permitted;
    }
}
