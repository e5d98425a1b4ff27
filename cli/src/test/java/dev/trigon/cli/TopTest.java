package dev.trigon.cli;

import static dev.trigon.cli.VipctlRig.assertOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.api.BackendView;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopTest {
    private static BackendView backend(String service, String name, long packets, long octets, long flows) {
        return new BackendView(service, name, "10.2.0.11", 100, "up", null, null, flows, packets, octets, null);
    }

    @Test
    void shouldTellRatesFromTwoMoments() {
        TopRates rates = new TopRates();
        rates.next(List.of(backend("web", "b1", 100, 1_000, 1), backend("web", "b2", 5, 5, 1)), 1_000_000_000L);
        List<TopRow> rows = rates.next(
                List.of(
                        backend("web", "b1", 300, 2_000, 2),
                        backend("web", "b2", 5, 5, 1),
                        backend("web", "b3", 9, 9, 1)),
                3_000_000_000L);
        assertThat(rows)
                .containsExactly(
                        new TopRow("web", "", "", 100, 4_000, 4),
                        new TopRow("web", "b1", "up", 100, 4_000, 2),
                        new TopRow("web", "b2", "up", 0, 0, 1),
                        new TopRow("web", "b3", "up", 0, 0, 1));
    }

    /** Another vipd began to count anew. */
    @Test
    void shouldNeverTellLessThanNothing() {
        TopRates rates = new TopRates();
        rates.next(List.of(backend("web", "b1", 100, 1_000, 1)), 0);
        assertThat(rates.next(List.of(backend("web", "b1", 1, 10, 1)), 1_000_000_000L))
                .extracting(TopRow::packetsPerSecond)
                .containsOnly(0.0);
    }

    @Test
    void shouldSortServicesAndTheirBackends() {
        List<TopRow> rows = List.of(
                new TopRow("dns", "", "", 10, 1, 3),
                new TopRow("dns", "b1", "up", 4, 1, 1),
                new TopRow("dns", "b2", "up", 6, 1, 2),
                new TopRow("web", "", "", 20, 1, 1),
                new TopRow("web", "b1", "up", 20, 1, 1));
        assertThat(TopOrder.packets.sorted(rows))
                .extracting(row -> row.service() + row.backend())
                .containsExactly("web", "webb1", "dns", "dnsb2", "dnsb1");
        assertThat(TopOrder.name.sorted(TopOrder.packets.sorted(rows))).isEqualTo(rows);
        assertThat(TopOrder.byKey('p')).isEqualTo(TopOrder.packets);
        assertThat(TopOrder.byKey('x')).isNull();
    }

    @Test
    void shouldPrintSamplesAsLines(@TempDir Path directory) throws Exception {
        try (VipctlRig rig = VipctlRig.start(directory)) {
            rig.vipctl("service add web --vip 203.0.113.10 --protocol tcp --port 80");
            rig.vipctl("backend add web b1 --address 10.2.0.11");
            String sample = """
                SERVICE  BACKEND  STATE  PACKETS/S  BITS/S  FLOWS
                web      all                     0       0      1
                web      b1       up             0       0      1
                """;
            assertOut(rig.vipctl("top --samples 2"), sample + sample);
            assertThat(rig.pausesNs).containsExactly(1_000_000_000L, 1_000_000_000L);
            assertThat(rig.vipctl("top --samples 1 -o json").out())
                    .contains("\"service\" : \"web\"", "\"packetsPerSecond\" : 0.0", "\"activeFlows\" : 1");
        }
    }

    @Test
    void shouldTellBitsByThousands() {
        assertThat(TopTable.bits(0)).isEqualTo("0");
        assertThat(TopTable.bits(999.4)).isEqualTo("999");
        assertThat(TopTable.bits(1_000)).isEqualTo("1.0k");
        assertThat(TopTable.bits(2_345_678)).isEqualTo("2.3M");
        assertThat(TopTable.bits(1e20)).isEqualTo("100000000.0T");
    }
}
