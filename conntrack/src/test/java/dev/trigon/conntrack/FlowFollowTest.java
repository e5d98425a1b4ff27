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
        int slot = cache.create(Keys.ipv4(1), 1, FlowState.ESTABLISHED, 0, NOW_MS);
        cache.follow(slot, TcpTracking.ACK, 1_000_000, 0, NOW_MS);
        cache.follow(slot, TcpTracking.ACK, 1_000_000 - 200_000, 1_000, NOW_MS);

        cache.follow(slot, TcpTracking.RST, 1_000_000 + 100_000, 0, NOW_MS);

        assertThat(cache.state(slot)).isEqualTo(FlowState.CLOSED);
    }

    @Test
    void shouldEndAFlowByAnRstOfItsClientOnly() {
        int slot = cache.create(Keys.ipv4(1), 7, FlowState.ESTABLISHED, 0, NOW_MS);
        cache.follow(slot, TcpTracking.RST, 5_000, 0, NOW_MS);
        assertThat(cache.state(slot)).as("whose numbers are not known yet").isEqualTo(FlowState.ESTABLISHED);
        cache.follow(slot, TcpTracking.ACK, -100, 0, NOW_MS);
        cache.follow(slot, TcpTracking.ACK | TcpTracking.PSH, -100, 1_000, NOW_MS);
        cache.follow(slot, TcpTracking.RST, 900 + TcpSequence.NEAR + 1, 0, NOW_MS);
        assertThat(cache.state(slot)).as("a guess").isEqualTo(FlowState.ESTABLISHED);
        cache.follow(slot, TcpTracking.ACK, 1 << 30, 100, NOW_MS);
        cache.follow(slot, TcpTracking.RST, (1 << 30) + 100, 0, NOW_MS);
        assertThat(cache.state(slot)).as("a guess after another").isEqualTo(FlowState.ESTABLISHED);

        cache.follow(slot, TcpTracking.RST, 900, 0, NOW_MS);

        assertThat(cache.state(slot)).isEqualTo(FlowState.CLOSED);
        FlowRecord flow = new FlowRecord();
        assertThat(table.find(Keys.ipv4(1), flow)).isTrue();
        assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
        cache.follow(slot, TcpTracking.ACK, 900, 10, NOW_MS);
        assertThat(cache.state(slot)).as("it was not the client's").isEqualTo(FlowState.ESTABLISHED);
    }

    @Test
    void shouldKeepUpWithAClientWhoseSegmentsComeOutOfOrder() {
        int slot = cache.create(Keys.ipv4(1), 7, FlowState.ESTABLISHED, 0, NOW_MS);
        int sequence = Integer.MAX_VALUE - 50_000;
        for (int i = 0; i < 400; i++) {
            int late = i % 7 == 3 ? 2_920 : 0;
            cache.follow(slot, TcpTracking.ACK, sequence - late, 1_460, NOW_MS);
            sequence += 1_460;
        }
        cache.follow(slot, TcpTracking.RST, sequence, 0, NOW_MS);

        assertThat(cache.state(slot)).isEqualTo(FlowState.CLOSED);
    }
}
