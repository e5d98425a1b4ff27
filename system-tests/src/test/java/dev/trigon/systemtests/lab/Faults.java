package dev.trigon.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

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

    private static final Pattern TOTALS = Pattern.compile("packets since the start: (\\d+) received, (\\d+) forwarded,"
            + " (\\d+) answered, (\\d+) passed, (\\d+) waiting, (\\d+) dropped");

    private Faults() {}

    static boolean areEverywhere() {
        return Boolean.getBoolean("trigon.faults");
    }

    /** Stops vipd, and compares what it counted with what the faults left for it to count. */
    static void shouldHaveCountedEveryPacket(Vipd vipd) {
        assertThat(vipd.stop()).isZero();
        List<Long> in = lastNumbers(TALLY, vipd);
        long offered = in.get(0);
        assertThat(in.subList(1, 4))
                .as("lost, duplicated, reordered")
                .allSatisfy(it -> assertThat(it).isBetween(offered / 300, offered / 30 + 5));
        assertThat(in.get(4)).as("overrun").isZero();
        List<Long> counted = lastNumbers(TOTALS, vipd);
        assertThat(counted.get(0)).as("received").isEqualTo(in.get(5));
        assertThat(counted.subList(1, counted.size()).stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .as("all verdicts")
                .isEqualTo(counted.get(0));
    }

    /** What vipd said last, if it was started more than once. */
    private static List<Long> lastNumbers(Pattern line, Vipd vipd) {
        MatchResult last = line.matcher(vipd.log())
                .results()
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new AssertionError(vipd.log()));
        return IntStream.rangeClosed(1, last.groupCount())
                .mapToObj(group -> Long.parseLong(last.group(group)))
                .toList();
    }
}
