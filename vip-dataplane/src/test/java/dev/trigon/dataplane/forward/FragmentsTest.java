package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.wire.Packet;
import dev.trigon.dataplane.wire.TestFrame;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which datagrams are known, and which of them make room. */
class FragmentsTest {
    private static final int PLACES = Fragments.SETS * Fragments.WAYS;
    private static final int MORE = 0x2000;
    private static final long NOW_MS = 1_800_000_000_000L;

    private final Fragments fragments = new Fragments(0x1234_5678_9ABC_DEFL);
    private final Packet packet = new Packet();

    private Packet parsed(TestFrame frame) {
        byte[] octets = frame.build();
        packet.parse(ByteBuffer.wrap(octets), 0, octets.length);
        return packet;
    }

    private Packet first(int client) {
        return parsed(
                TestFrame.udp().from(0x0A00_0000 + client, 9).fragment(MORE).payload(new byte[8]));
    }

    private Packet later(int client) {
        return parsed(TestFrame.ip(17).from(0x0A00_0000 + client, 0).fragment(9));
    }

    private static TestFrame piece(int protocol) {
        return TestFrame.ip(protocol)
                .from("198.51.100.10", 0)
                .to("203.0.113.10", 0)
                .identification(7)
                .fragment(9);
    }

    private static TestFrame piece6(int protocol) {
        return TestFrame.ip(protocol)
                .from("2001:db8:c::10", 0)
                .to("2001:db8:f::10", 0)
                .fragment(80, false, 7);
    }

    /** RFC 791, section 3.2, and RFC 8200, section 4.5: an identification is one of its source, destination and protocol. */
    @Test
    void shouldTellDatagramsApart() {
        List<TestFrame> apart = List.of(
                piece(17),
                piece(47),
                piece(17).identification(8),
                piece(17).from("198.51.100.11", 0),
                piece(17).to("203.0.113.11", 0),
                piece6(17),
                piece6(17).from("2001:db8:c::11", 0),
                piece6(17).from("2001:db8:d::10", 0),
                piece6(17).to("2001:db8:f::11", 0),
                piece6(17).to("2001:db8:e::10", 0),
                TestFrame.ip(17)
                        .from("2001:db8:c::10", 0)
                        .to("2001:db8:f::10", 0)
                        .fragment(80, false, 0x1_0007));
        // one set has room for eight: what is not told apart by its key must not be by its place
        for (TestFrame one : apart) {
            for (TestFrame other : apart) {
                Datagram begun = new Datagram();
                begun.begin(parsed(one), NOW_MS);
                assertThat(begun.is(parsed(other))).isEqualTo(one == other);
            }
            assertThat(fragments.find(parsed(one), NOW_MS)).isNull();
            Datagram begun = fragments.begin(parsed(one), NOW_MS);
            assertThat(fragments.find(parsed(one), NOW_MS)).isSameAs(begun);
        }
        assertThat(fragments.find(parsed(piece6(47)), NOW_MS))
                .as("in IPv6 the protocol is no part of it")
                .isSameAs(fragments.find(parsed(piece6(17)), NOW_MS));
    }

    @Test
    void shouldForgetTheOldest() {
        int many = 2 * PLACES;
        for (int client = 0; client < many; client++) {
            assertThat(fragments.begin(first(client), NOW_MS + client / 4)).isNotNull();
        }
        long afterMs = NOW_MS + many / 4;
        for (int client = many - 400; client < many; client++) {
            assertThat(fragments.find(first(client), afterMs)).isNotNull();
        }
        assertThat(fragments.datagrams()).isEqualTo(many);
        assertThat(fragments.evictions()).isGreaterThanOrEqualTo(PLACES);
    }

    @Test
    void shouldKeepThoseThatFragmentsWaitForFromAllButAFirst() {
        int held = 0;
        for (int client = 0; client < 20 * PLACES; client++) {
            Datagram begun = fragments.begin(later(client), NOW_MS);
            if (begun != null) {
                begun.hold();
                held++;
            }
        }
        assertThat(held).isEqualTo(PLACES);
        assertThat(fragments.evictions()).isZero();

        assertThat(fragments.begin(first(-1), NOW_MS)).isNotNull();
        assertThat(fragments.evictions()).isOne();
    }

    @Test
    void shouldNotForgetInTimeWhatFragmentsWaitFor() {
        Datagram begun = fragments.begin(later(1), NOW_MS);
        begun.hold();
        long laterMs = NOW_MS + Fragments.LIFETIME_MS;
        assertThat(fragments.find(later(1), laterMs)).isSameAs(begun);
        begun.letGo();

        assertThat(fragments.find(later(1), laterMs - 1)).isSameAs(begun);
        assertThat(fragments.find(later(1), laterMs)).isNull();
        assertThat(fragments.findAgain(later(1))).isSameAs(begun);
    }

    /** Or a fragment that waited would find the one before. */
    @Test
    void shouldHaveADatagramInOnePlaceOnly() {
        Datagram before = fragments.begin(later(1), NOW_MS);

        assertThat(fragments.begin(first(1), NOW_MS + Fragments.LIFETIME_MS)).isSameAs(before);
        assertThat(before.isComplete()).isFalse();
        assertThat(fragments.evictions()).isZero();
    }
}
