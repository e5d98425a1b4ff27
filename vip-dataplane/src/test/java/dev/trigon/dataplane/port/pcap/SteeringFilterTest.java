package dev.trigon.dataplane.port.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SteeringFilterTest {
    @Test
    void shouldNameEveryVipTwice() {
        assertThat(SteeringFilter.of(new int[] {0xCB00_710A, 0xFFFE_FDFC}))
                .isEqualTo("(ip and (dst host 203.0.113.10 or dst host 255.254.253.252))"
                        + " or (arp and arp[6:2] = 1 and (dst host 203.0.113.10 or dst host 255.254.253.252))");
    }

    @Test
    void shouldLetNothingThroughWithoutVips() {
        assertThat(SteeringFilter.of(new int[] {})).isEqualTo(SteeringFilter.NOTHING);
    }

    private static int[] inSteps(int vips, int step) {
        return IntStream.range(0, vips).map(i -> 0xCB00_7100 + step * i).toArray();
    }

    private static int nets(String filter) {
        return filter.split(" or ", -1).length / 2;
    }

    @Test
    void shouldNameEachVipAsLongAsTheyAreFew() {
        assertThat(SteeringFilter.of(inSteps(SteeringFilter.MOST_PREFIXES, 1)))
                .contains("dst host 203.0.113.127")
                .doesNotContain("net");
    }

    @Test
    void shouldNameManyVipsByTheLongestPrefixesThatAreFew() {
        String filter = SteeringFilter.of(inSteps(256, 1));

        assertThat(filter).contains("dst net 203.0.113.0/31", "dst net 203.0.113.254/31");
        assertThat(nets(filter)).isEqualTo(128);
        assertThat(SteeringFilter.of(inSteps(257, 1))).contains("dst net 203.0.114.0/30");
        assertThat(nets(SteeringFilter.of(inSteps(100_000, 40_000)))).isLessThanOrEqualTo(128);
    }
}
