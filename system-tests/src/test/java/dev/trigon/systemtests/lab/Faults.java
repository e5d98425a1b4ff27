package dev.trigon.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A bad network on both sides of vipd: it loses, doubles and reorders one packet of a hundred each, by a fixed seed. Labs that
 * ask for it have it, and every lab with {@code -Dtrigon.faults=true}.
 */
final class Faults {
    static final String CONFIGURATION = """
            faults: {seed: 20261124, loss: 0.01, duplicate: 0.01, reorder: 0.01, side: both}
            """;

    /** A packet comes in and goes out. */
    static final double LOSS_PERCENT = 2;

    private static final Pattern TALLY = Pattern.compile("faults to what arrived: (\\d+) frames: (\\d+) lost,"
            + " (\\d+) duplicated, (\\d+) reordered, 0 corrupted, (\\d+) overrun, (\\d+) delivered, (\\d+) held");

    private Faults() {}

    static boolean areEverywhere() {
        return Boolean.getBoolean("trigon.faults");
    }

    /** Stops vipd, and compares what it counted with what the faults left for it to count. */
    static void shouldHaveCountedEveryPacket(Vipd vipd) {
        JsonNode counters = atRest(vipd);
        assertThat(vipd.stop()).isZero();
        MatchResult in = TALLY.matcher(vipd.log())
                .results()
                .reduce((earlier, last) -> last)
                .orElseThrow(() -> new AssertionError(vipd.log()));
        long offered = number(in, 1);
        for (int fault : new int[] {2, 3, 4}) {
            assertThat(number(in, fault)).as("lost, duplicated, reordered").isBetween(offered / 300, offered / 30 + 5);
        }
        assertThat(number(in, 5)).as("overrun").isZero();
        assertThat(counters.path("received").asLong()).isEqualTo(number(in, 6));
    }

    /** The counters, once nothing arrives any more. */
    private static JsonNode atRest(Vipd vipd) {
        JsonNode[] last = {vipd.counters()};
        Eventually.within(
                Duration.ofSeconds(20),
                () -> {
                    JsonNode before = last[0];
                    last[0] = vipd.counters();
                    return last[0].equals(before);
                },
                () -> "packets go on coming");
        return last[0];
    }

    private static long number(MatchResult tally, int group) {
        return Long.parseLong(tally.group(group));
    }
}
