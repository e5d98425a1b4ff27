package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.BackendMeter;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of a backend by what clients do. */
class HandshakeCountsTest {
    private static final int SYN = 0x02;
    private static final int ACK = 0x10;

    private final Rig rig = new Rig();

    @BeforeEach
    void serve() {
        rig.serve(service("web").backend(1, "10.2.0.11", 1));
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @Test
    void shouldCountAHandshakeThatCameThrough() {
        send(1_000, SYN);
        assertCounts(0, 0);
        send(1_000, ACK);
        send(1_000, ACK);
        assertCounts(0, 1);
    }

    @Test
    void shouldCountEachTimeAClientBeginsAgain() {
        send(1_000, SYN);
        send(1_000, SYN);
        send(1_000, SYN);
        assertCounts(2, 0);
    }

    @Test
    void shouldCountNothingOfAFloodOfForgedClients() {
        for (int port = 1_000; port < 2_000; port++) {
            send(port, SYN);
        }
        assertCounts(0, 0);
    }

    @Test
    void shouldCountNothingOfConnectionsThatAreMetInTheMiddle() {
        send(1_000, ACK);
        assertCounts(0, 0);
    }

    private void send(int clientPort, int flags) {
        rig.send(TestFrame.tcp().from("198.51.100.10", clientPort).flags(flags).build());
    }

    private void assertCounts(long repeated, long completed) {
        BackendMeter meter = Objects.requireNonNull(rig.table.backend(1)).meter();
        assertThat(meter.repeated()).isEqualTo(repeated);
        assertThat(meter.completed()).isEqualTo(completed);
    }
}
