package dev.trigon.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowFollowTest {
    private static final long NOW_MS = 1_800_000_000_000L;

    private final FlowTable table = FlowTable.inMemory(1_000);
    private final FlowCache cache = new FlowCache(table, 64, FlowTimeouts.DEFAULT);

    @AfterEach
    void close() throws Exception {
        table.close();
    }

    /** What a client sends again from far back says nothing of where it is. */
    @Test
    void shouldNotGoBackWithASegmentThatIsSentAgain() {
        int slot = cache.create(Keys.ipv4(1), 1, FlowState.ESTABLISHED, NOW_MS);
        cache.follow(slot, TcpTracking.ACK, 1_000_000, 0, NOW_MS);
        cache.follow(slot, TcpTracking.ACK, 1_000_000 - 200_000, 1_000, NOW_MS);

        cache.follow(slot, TcpTracking.RST, 1_000_000 + 100_000, 0, NOW_MS);

        assertThat(cache.state(slot)).isEqualTo(FlowState.CLOSED);
    }
}
