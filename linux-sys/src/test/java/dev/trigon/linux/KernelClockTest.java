package dev.trigon.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelClockTest {
    /** Whether it is synchronised is this machine's affair; what the kernel says of it is the same twice. */
    @Test
    void shouldReadWhatTheKernelKnows() {
        KernelClock.Reading clock = KernelClock.read();

        assertThat(clock.maxErrorUs()).isBetween(0L, 100_000_000L);
        assertThat(KernelClock.read().synchronised()).isEqualTo(clock.synchronised());
    }
}
