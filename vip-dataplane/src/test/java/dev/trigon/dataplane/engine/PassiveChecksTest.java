package dev.trigon.dataplane.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.BackendMeter;
import dev.trigon.dataplane.service.PassiveCheck;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PassiveChecksTest {
    private static final int BACKEND = 7;
    private static final PassiveCheck CHECK = new PassiveCheck(3, Duration.ofSeconds(5), Duration.ofSeconds(10));

    private final BackendMeter meter = new BackendMeter(1);
    private final PassiveChecks checks = new PassiveChecks();
    private long nowMs = 1_000_000;

    @BeforeEach
    void watch() {
        checks.watch(Map.of(BACKEND, CHECK));
        second();
    }

    @Test
    void shouldHoldABackendWhenClientsBeginAgainAndNoneComesThrough() {
        repeat(2);
        assertThat(second()).isFalse();
        assertThat(checks.whyDown(BACKEND)).isNull();
        repeat(1);
        assertThat(second()).isTrue();
        assertThat(checks.whyDown(BACKEND))
                .isEqualTo(
                        "clients had to begin their handshakes again, 3 times within 5s, and none came through; it is"
                                + " tried again after 10s");
    }

    @Test
    void shouldTryItAgainAfterTheTime() {
        repeat(3);
        second();
        for (int i = 0; i < 9; i++) {
            assertThat(second()).isFalse();
        }
        assertThat(second()).isTrue();
        assertThat(checks.whyDown(BACKEND)).isNull();
        second();
        assertThat(checks.whyDown(BACKEND))
                .as("what was before speaks against it no more")
                .isNull();
        repeat(3);
        second();
        assertThat(checks.whyDown(BACKEND)).isNotNull();
    }

    @Test
    void shouldTrustABackendWhoseHandshakesComeThrough() {
        repeat(100);
        meter.countCompleted(0);
        assertThat(second()).isFalse();
        repeat(2);
        for (int i = 0; i < 5; i++) {
            second();
        }
        assertThat(checks.whyDown(BACKEND)).isNull();
    }

    @Test
    void shouldForgetWhatIsOlderThanItsTime() {
        repeat(2);
        for (int i = 0; i < 6; i++) {
            second();
        }
        repeat(2);
        second();
        assertThat(checks.whyDown(BACKEND)).isNull();
    }

    @Test
    void shouldLookOnceASecond() {
        repeat(3);
        nowMs -= 500;
        assertThat(second()).isFalse();
        nowMs -= 500;
        assertThat(second()).isTrue();
    }

    @Test
    void shouldForgetWhoIsWatchedNoMore() {
        repeat(3);
        second();
        checks.watch(Map.of());
        assertThat(checks.whyDown(BACKEND)).isNull();
    }

    private void repeat(int times) {
        for (int i = 0; i < times; i++) {
            meter.countRepeated(0);
        }
    }

    private boolean second() {
        nowMs += 1_000;
        return checks.look(id -> meter, nowMs);
    }
}
