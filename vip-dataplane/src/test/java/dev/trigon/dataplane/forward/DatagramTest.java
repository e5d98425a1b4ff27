package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.TestFrame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which octets of a datagram have come, and which may still. */
class DatagramTest {
    private record Piece(int offset, int octets, boolean more, boolean goesOn) {}

    private record Row(String what, List<Piece> pieces, boolean complete) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Row row(String what, boolean complete, Piece... pieces) {
        return new Row(what, List.of(pieces), complete);
    }

    private static Piece more(int offset, int octets) {
        return new Piece(offset, octets, true, true);
    }

    private static Piece last(int offset, int octets) {
        return new Piece(offset, octets, false, true);
    }

    private static Piece not(Piece piece) {
        return new Piece(piece.offset, piece.octets, piece.more, false);
    }

    static Stream<Row> rows() {
        return Stream.of(
                row("in order", true, more(0, 1480), more(1480, 1480), last(2960, 7)),
                row("the last first", true, last(2960, 7), more(1480, 1480), more(0, 1480)),
                row("the longest there is", true, more(0, 32_768), more(32_768, 32_760), last(65_528, 7)),
                row("a unit each", true, more(8, 8), more(0, 8), last(16, 1)),
                row("over a word's end", true, more(0, 504), more(504, 16), last(520, 512)),
                row("one missing", false, more(0, 1480), last(2960, 7)),
                row("no last", false, more(0, 1480), more(1480, 1480)),
                row("doubled", true, more(0, 1480), not(more(0, 1480)), last(1480, 9), not(last(1480, 9))),
                row("inside another", true, more(0, 1480), not(more(8, 8)), last(1480, 9)),
                row("overlapping behind", false, more(0, 16), not(more(8, 16)), not(last(24, 8))),
                row("overlapping before", false, more(16, 16), not(more(8, 16)), not(more(0, 8))),
                row("all around", false, more(8, 8), not(more(0, 24)), not(last(24, 8))),
                row("the last within the last unit of another", false, more(0, 16), not(last(8, 3)), not(last(16, 1))),
                row("two ends", false, last(16, 8), not(last(32, 8)), not(more(0, 16))),
                row("behind the end", false, last(16, 8), not(more(24, 8)), not(more(0, 16))),
                row("an end before what came", false, more(64, 8), not(last(16, 8)), not(more(0, 16))),
                row("nothing in it", true, not(more(0, 0)), more(0, 8), last(8, 8)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldLetEachOctetPassOnce(Row row) {
        Datagram datagram = begun();
        for (Piece piece : row.pieces) {
            assertThat(datagram.cover(piece.offset, piece.octets, piece.more))
                    .as("%s of %s", piece, row)
                    .isEqualTo(piece.goesOn);
        }
        assertThat(datagram.isComplete()).isEqualTo(row.complete);
    }

    static Stream<Long> seeds() {
        return Stream.iterate(1L, seed -> seed + 1).limit(50);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldTakeAnyOrder(long seed) {
        Random random = new Random(seed);
        int total = 1 + random.nextInt(65_535);
        List<Piece> pieces = new ArrayList<>();
        for (int at = 0; at < total; ) {
            int octets = Math.min(total - at, (1 + random.nextInt(200)) * 8);
            pieces.add(new Piece(at, octets, at + octets < total, true));
            at += octets;
        }
        Collections.shuffle(pieces, random);
        Datagram datagram = begun();
        for (Piece piece : pieces) {
            assertThat(datagram.isComplete()).isFalse();
            assertThat(datagram.cover(piece.offset, piece.octets, piece.more)).isTrue();
            assertThat(datagram.cover(piece.offset, piece.octets, piece.more))
                    .as("again")
                    .isFalse();
        }
        assertThat(datagram.isComplete()).isTrue();
    }

    /** One that had another's octets before. */
    private static Datagram begun() {
        byte[] frame = TestFrame.udp().fragment(0x2000).payload(new byte[16]).build();
        Packet packet = new Packet();
        packet.parse(ByteBuffer.wrap(frame), 0, frame.length);
        Datagram datagram = new Datagram();
        datagram.begin(packet, 0);
        datagram.cover(0, 65_528, true);
        datagram.begin(packet, 0);
        return datagram;
    }
}
