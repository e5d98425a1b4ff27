package dev.trigon.dataplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimilarTest {
    @ParameterizedTest
    @CsvSource({
        "web, web, 0",
        "wbe, web, 1",
        "wb, web, 1",
        "weeb, web, 1",
        "wab, web, 1",
        "ab, ba, 1",
        "abc, cab, 2",
        "mail, web, 4",
        "'', web, 3"
    })
    void shouldCountSlips(String given, String name, int slips) {
        assertThat(Similar.slips(given, name)).isEqualTo(slips);
        assertThat(Similar.slips(name, given)).isEqualTo(slips);
    }

    @Test
    void shouldFindTheNearest() {
        assertThat(Similar.to("wbe", Stream.of("dns", "web", "mail"))).isEqualTo("web");
        assertThat(Similar.to("server-on", Stream.of("server-one", "server-two")))
                .isEqualTo("server-one");
        assertThat(Similar.to("shop", Stream.of("ship", "chop"))).isEqualTo("chop");
    }

    @Test
    void shouldFindNoneWhereAnotherIsMeant() {
        assertThat(Similar.to("b2", Stream.of("b1", "b3"))).isNull();
        assertThat(Similar.to("mail", Stream.of("web", "dns"))).isNull();
        assertThat(Similar.to("web", Stream.of())).isNull();
        assertThat(Similar.to("x".repeat(1_000_000), Stream.of("web"))).isNull();
    }
}
