package dev.trigon.dataplane.health.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.health.CheckPath.Lease;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Specs;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class LocalEndsTest {
    private static final LocalEnd END = end("10.2.0.2", 40_000, Protocol.TCP);

    private long nowMs = Long.MAX_VALUE - 1_000;
    private final LocalEnds ends = new LocalEnds(() -> nowMs);

    private static LocalEnd end(String address, int port, Protocol protocol) {
        return LocalEnd.of(protocol, new InetSocketAddress(Specs.address(address), port));
    }

    @Test
    void shouldTellAddressesPortsAndProtocolsApart() {
        ends.take(END, 7);
        ends.take(end("10.3.0.2", 40_000, Protocol.TCP), 8);

        assertThat(ends.backendOf(end("10.2.0.2", 40_000, Protocol.TCP))).isEqualTo(7);
        assertThat(ends.backendOf(end("10.3.0.2", 40_000, Protocol.TCP))).isEqualTo(8);
        assertThat(ends.backendOf(end("10.2.0.2", 40_000, Protocol.UDP))).isZero();
        assertThat(ends.backendOf(end("10.2.0.2", 40_001, Protocol.TCP))).isZero();
        assertThat(ends.backendOf(end("2001:db8::2", 40_000, Protocol.TCP))).isZero();
    }

    @Test
    void shouldKnowAnEndForSomeSecondsAfterItsRelease() {
        Lease lease = ends.take(END, 7);
        nowMs += 60_000;
        ends.expire();
        assertThat(ends.backendOf(END)).as("held").isEqualTo(7);

        lease.release();
        nowMs += 4_000;
        ends.expire();
        assertThat(ends.backendOf(END)).as("its RST may be on its way").isEqualTo(7);

        nowMs += 2_000;
        ends.expire();
        assertThat(ends.backendOf(END)).isZero();
        assertThat(ends.size()).isZero();
    }

    @Test
    void shouldNotForgetThePortsNextCheckWithTheOneBefore() {
        ends.take(END, 7).release();
        ends.take(END, 7);
        nowMs += 60_000;
        ends.expire();
        assertThat(ends.backendOf(END)).isEqualTo(7);
    }
}
