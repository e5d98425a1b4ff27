package dev.trigon.dataplane.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two backends of weights 10 and 20, a drained and a disabled one, one of weight 0, and a backup of weight 5. */
class StandingTest {
    private static ServiceSpec service(WhenAllDown whenAllDown) {
        return Specs.service("web")
                .availability(whenAllDown, Duration.ZERO)
                .backend(1, "10.2.0.11", 10)
                .backend(2, "10.2.0.12", 20)
                .backend(3, "10.2.0.13", 7, BackendState.DRAINING)
                .backend(4, "10.2.0.14", 7, BackendState.DISABLED)
                .backend(5, "10.2.0.15", 0)
                .backup(6, "10.2.0.16", 5)
                .spec();
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                Arguments.of("all are well", WhenAllDown.OPEN, Set.of(), "10 20 0 0 0 0", "yes yes yes no yes yes"),
                Arguments.of("one is down", WhenAllDown.OPEN, Set.of(1), "0 20 0 0 0 0", "no yes yes no yes yes"),
                Arguments.of(
                        "a drained one is down", WhenAllDown.OPEN, Set.of(3), "10 20 0 0 0 0", "yes yes no no yes yes"),
                Arguments.of(
                        "only the backup is left",
                        WhenAllDown.OPEN,
                        Set.of(1, 2),
                        "0 0 0 0 0 5",
                        "no no yes no yes yes"),
                Arguments.of(
                        "all are down, open",
                        WhenAllDown.OPEN,
                        Set.of(1, 2, 3, 6),
                        "10 20 0 0 0 5",
                        "yes yes yes no yes yes"),
                Arguments.of(
                        "all are down, closed",
                        WhenAllDown.CLOSED,
                        Set.of(1, 2, 3, 6),
                        "0 0 0 0 0 0",
                        "no no no no yes no"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldWeighAndKeepWhen(String when, WhenAllDown whenAllDown, Set<Integer> down, String weights, String keeps) {
        Standing standing = Standing.of(service(whenAllDown), id -> new Condition(!down.contains(id), 100));
        assertThat(standing.weights()).as(when).isEqualTo(numbers(weights));
        assertThat(Stream.of(0, 1, 2, 3, 4, 5).map(i -> standing.keepsFlows(i) ? "yes" : "no"))
                .as(when)
                .containsExactly(keeps.split(" "));
    }

    @Test
    void shouldShareInPartsOfAHundredWhenOneWarmsUp() {
        Map<Integer, Integer> shares = Map.of(1, 5);
        Standing standing =
                Standing.of(service(WhenAllDown.OPEN), id -> new Condition(true, shares.getOrDefault(id, 100)));
        assertThat(standing.weights()).isEqualTo(numbers("50 2000 0 0 0 0"));
    }

    @Test
    void shouldLeaveAServiceWithoutBackendsAlone() {
        assertThat(Standing.of(Specs.service("web").spec(), id -> Condition.WELL)
                        .weights())
                .isEmpty();
    }

    private static int[] numbers(String text) {
        return Stream.of(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }
}
