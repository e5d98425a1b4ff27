package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.trigon.conntrack.FlowCache;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowTable;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.TestFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForesightTest {
    private static final int CAPACITY = 128;

    private final FlowTable table = FlowTable.inMemory(1_024);
    private final FlowCache flows = new FlowCache(table, 1_024, FlowTimeouts.DEFAULT);
    private final Foresight foresight = new Foresight(flows, CAPACITY);

    @AfterEach
    void close() throws IOException {
        table.close();
    }

    /** Or it would bring near what nobody asks for, and nobody would notice. */
    @ParameterizedTest
    @EnumSource
    void shouldForeseeTheFlowThatIsLookedUp(Mode mode) {
        for (TestFrame sent : new TestFrame[] {mode.tcp(), mode.udp()}) {
            byte[] octets = sent.build();
            ByteBuffer frame = ByteBuffer.wrap(octets);
            Packet packet = new Packet();
            packet.parse(frame, 0, octets.length);
            FlowKey key = new FlowKey()
                    .set(
                            packet.sourceHigh(),
                            packet.sourceLow(),
                            packet.destinationHigh(),
                            packet.destinationLow(),
                            packet.protocol(),
                            packet.sourcePort(),
                            packet.destinationPort());

            long foreseen = mode.v6 ? foresight.ipv6Hash(frame, 0) : foresight.ipv4Hash(frame, 0);

            assertThat(foreseen).isEqualTo(key.hash());
        }
    }

    /** At the end of the memory too. */
    @ParameterizedTest
    @EnumSource
    void shouldReadNothingBehindAFrameOfAnyLength(Mode mode) {
        byte[] whole = mode.udp().build();
        for (int length = 0; length <= whole.length; length++) {
            Batch batch = new Batch(1, length);
            batch.add(length, false);
            batch.frames().put(0, Arrays.copyOf(whole, length));

            assertThatCode(() -> foresight.look(batch)).as("%d octets", length).doesNotThrowAnyException();
        }
    }
}
