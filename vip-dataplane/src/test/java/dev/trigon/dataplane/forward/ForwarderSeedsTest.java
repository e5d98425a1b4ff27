package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ForwarderSeedsTest {
    /** Or fuzzing would have to find by chance what is known already. */
    @Test
    void shouldReachWhatNeedsAChangeOfServices() throws Exception {
        try (ForwarderTarget target = new ForwarderTarget()) {
            ForwarderSeeds.all().forEach(target::accept);

            assertThat(target.dropped())
                    .contains(DropReason.BACKEND_GONE, DropReason.NO_SERVICE, DropReason.NO_BACKEND);
            assertThat(target.hasReset()).isTrue();
        }
    }
}
