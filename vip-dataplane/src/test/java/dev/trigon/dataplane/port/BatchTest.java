package dev.trigon.dataplane.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class BatchTest {
    private final Batch batch = new Batch(3, 128);

    @Test
    void shouldForgetEverythingOfAFrameWhenItsPlaceIsUsedAgain() {
        int frame = batch.add(60, true);
        batch.send(frame, 7);
        batch.errno(frame, 90);
        batch.clear();
        assertThat(batch.count()).isZero();

        frame = batch.add(42, false);

        assertThat(batch.length(frame)).isEqualTo(42);
        assertThat(batch.isCut(frame)).isFalse();
        assertThat(batch.egress(frame)).isEqualTo(Batch.STAYS);
        assertThat(batch.errno(frame)).isZero();
    }

    @Test
    void shouldBeFullAtItsCapacity() {
        for (int i = 0; i < 3; i++) {
            assertThat(batch.isFull()).isFalse();
            assertThat(batch.add(60, false)).isEqualTo(i);
        }
        assertThat(batch.isFull()).isTrue();
        assertThat(batch.capacity()).isEqualTo(3);
    }

    @Test
    void shouldKeepFramesApart() {
        for (int i = 0; i < 3; i++) {
            int frame = batch.add(128, false);
            for (int octet = 0; octet < 128; octet++) {
                batch.frames().put(batch.at(frame) + octet, (byte) i);
            }
        }
        for (int frame = 0; frame < 3; frame++) {
            for (int octet = 0; octet < 128; octet++) {
                assertThat(batch.frames().get(batch.at(frame) + octet)).isEqualTo((byte) frame);
            }
            assertThat(batch.address(frame) - batch.address(0)).isEqualTo(batch.at(frame));
        }
        assertThat(batch.frames().order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }
}
