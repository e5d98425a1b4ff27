package dev.trigon.dataplane.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FindingsTest {
    @Test
    void shouldNameAFewOfEachStateAndCountTheOthers() {
        Findings findings = new Findings("routes");
        for (int i = 0; i < Findings.MOST + 3; i++) {
            findings.wrong("b" + i, "no route", "dropped", Remedy.byHand("ip route add"));
        }
        findings.well("b99", "by eth0");

        List<Finding> all = findings.all();

        assertThat(all).hasSize(Findings.MOST + 2);
        assertThat(all.get(Findings.MOST)).extracting(Finding::subject).isEqualTo("b99");
        assertThat(all.get(Findings.MOST + 1)).extracting(Finding::subject).isEqualTo("3 more");
    }

    @Test
    void shouldListAFewNames() {
        assertThat(Words.list(List.of("b2", "b1"))).isEqualTo("b1, b2");
        assertThat(Words.list(IntStream.range(0, 1_234).mapToObj(i -> "b" + i).toList()))
                .isEqualTo("b0, b1, b10, b100, b1000 and 1,229 more");
        assertThat(Words.count(1, "VIP")).isEqualTo("1 VIP");
        assertThat(Words.count(10_000, "server")).isEqualTo("10,000 servers");
    }
}
