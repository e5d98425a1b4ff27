package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.forward.Rig.Outcome;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Datagrams that come in pieces: all pieces to one server, in any order, and never for ever. */
class FragmentForwardingTest {
    private static final int MORE = 0x2000;
    private static final int ID_AT = TestFrame.ETHERNET + 4;
    private static final int PIECE = 1_480;

    private final Rig rig = new Rig();

    @BeforeEach
    void serve() {
        Specs dns = service("dns").udp().ports(new PortRange(53, 53));
        for (int i = 0; i < 5; i++) {
            dns.backend(i + 1, "10.2.0." + (11 + i), 1);
        }
        rig.serve(dns);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static byte[] first(int id, int clientPort) {
        return identified(
                id,
                TestFrame.udp()
                        .from("198.51.100.10", clientPort)
                        .to("203.0.113.10", 53)
                        .fragment(MORE)
                        .payload(new byte[PIECE - 8])
                        .build());
    }

    /** The n-th piece, n from 1. */
    private static byte[] later(int id, int n, boolean more) {
        int octets = more ? PIECE : 100;
        return identified(
                id,
                TestFrame.ip(17)
                        .to("203.0.113.10", 53)
                        .payload(new byte[octets - 8])
                        .fragment((more ? MORE : 0) | n * PIECE / 8)
                        .build());
    }

    /** With its header checksum off: the packet path does not look at it. */
    private static byte[] identified(int id, byte[] frame) {
        frame[ID_AT] = (byte) (id >>> 8);
        frame[ID_AT + 1] = (byte) id;
        return frame;
    }

    private List<Integer> release() {
        rig.batch.clear();
        rig.forwarder.release(rig.batch, rig.nowMs);
        rig.pass(0);
        List<Integer> servers = new ArrayList<>();
        for (int i = 0; i < rig.batch.count(); i++) {
            if (rig.batch.egress(i) != Batch.STAYS) {
                servers.add((int) rig.frame(i)[5]);
            }
        }
        rig.reading();
        return servers;
    }

    @Test
    void shouldSendAllPiecesWhereTheFirstGoes() {
        for (int datagram = 0; datagram < 50; datagram++) {
            int server = Rig.server(rig.send(first(datagram, 1_000 + datagram)));
            assertThat(Rig.server(rig.send(later(datagram, 1, true)))).isEqualTo(server);
            assertThat(Rig.server(rig.send(later(datagram, 2, false)))).isEqualTo(server);
        }
    }

    @Test
    void shouldHoldPiecesUntilTheFirstHasCome() {
        Outcome last = rig.send(later(7, 2, false));
        Outcome middle = rig.send(later(7, 1, true));
        assertThat(List.of(last.verdict(), middle.verdict())).containsOnly(Verdict.WAITING);
        assertThat(release()).as("before the first").isEmpty();

        int server = Rig.server(rig.send(first(7, 1_000)));

        assertThat(release()).containsExactly(server, server);
        assertThat(rig.forwarder.isAnyWaiting()).isFalse();
        assertThat(rig.reading().of(Verdict.FORWARDED)).isEqualTo(3);
    }

    @Test
    void shouldGiveUpOnPiecesWhoseFirstNeverComes() {
        rig.send(later(7, 1, true));
        rig.nowMs += WaitingRoom.PATIENCE_MS;

        assertThat(release()).isEmpty();
        assertThat(rig.reading().of(DropReason.FRAGMENT_ORPHAN)).isOne();
        assertThat(rig.forwarder.isAnyWaiting()).isFalse();
    }

    @Test
    void shouldDropPiecesAsTheFirstWasDropped() {
        assertThat(rig.send(identified(
                                7,
                                TestFrame.udp()
                                        .to("203.0.113.10", 54)
                                        .fragment(MORE)
                                        .payload(new byte[PIECE - 8])
                                        .build()))
                        .reason())
                .isEqualTo(DropReason.NO_SERVICE);
        assertThat(rig.send(later(7, 1, false)).reason()).isEqualTo(DropReason.NO_SERVICE);
    }

    @Test
    void shouldDropOverlappingPiecesAndWhatFollows() {
        rig.send(first(7, 1_000));
        byte[] overlapping = identified(
                7,
                TestFrame.ip(17)
                        .to("203.0.113.10", 53)
                        .payload(new byte[PIECE - 8])
                        .fragment(MORE | (PIECE - 8) / 8)
                        .build());

        assertThat(rig.send(overlapping).reason()).isEqualTo(DropReason.FRAGMENT_OVERLAP);
        assertThat(rig.send(later(7, 1, false)).reason()).isEqualTo(DropReason.FRAGMENT_OVERLAP);
    }

    @Test
    void shouldDropADuplicateAlone() {
        int server = Rig.server(rig.send(first(7, 1_000)));

        assertThat(rig.send(first(7, 1_000)).reason()).isEqualTo(DropReason.FRAGMENT_OVERLAP);
        assertThat(Rig.server(rig.send(later(7, 1, false)))).isEqualTo(server);
    }

    /** A sender that has used up its identifications begins again: what was whole long ago is another datagram. */
    @Test
    void shouldTakeAnIdentificationAnew() {
        rig.send(first(7, 1_000));
        rig.send(later(7, 1, false));
        rig.nowMs += Fragments.COMPLETE_MS;

        assertThat(rig.send(first(7, 1_001)).verdict()).isEqualTo(Verdict.FORWARDED);
        assertThat(rig.send(later(7, 1, false)).verdict()).isEqualTo(Verdict.FORWARDED);
    }

    @Test
    void shouldHoldOfOneDatagramWhatHasAPlaceAndCountTheRest() {
        List<DropReason> reasons = IntStream.rangeClosed(1, Forwarder.PLACES_PER_DATAGRAM + 3)
                .mapToObj(n -> rig.send(identified(
                        7,
                        TestFrame.ip(17)
                                .to("203.0.113.10", 53)
                                .payload(new byte[8])
                                .fragment(MORE | n * 2)
                                .build())))
                .map(Outcome::reason)
                .filter(reason -> reason != null)
                .toList();

        assertThat(reasons).hasSize(3).containsOnly(DropReason.FRAGMENT_QUEUE_FULL);
        assertThat(rig.reading().of(Verdict.WAITING)).isEqualTo(Forwarder.PLACES_PER_DATAGRAM);
    }

    /** More datagrams at once than there are places: the newest are known, and memory does not grow. */
    @Test
    void shouldForgetTheOldestOfTooManyDatagrams() {
        int datagrams = 3 * Fragments.SETS * Fragments.WAYS;
        for (int id = 0; id < datagrams; id++) {
            assertThat(rig.send(first(id, 1_000)).verdict()).isEqualTo(Verdict.FORWARDED);
        }

        assertThat(rig.send(later(datagrams - 1, 1, false)).verdict()).isEqualTo(Verdict.FORWARDED);
        assertThat(rig.send(later(0, 1, false)).verdict()).isEqualTo(Verdict.WAITING);
    }

    @Test
    void shouldHoldPiecesForANextHopAsWell() {
        for (int i = 0; i < 5; i++) {
            rig.unresolve("10.2.0." + (11 + i));
        }
        assertThat(rig.send(later(7, 1, false)).verdict()).isEqualTo(Verdict.WAITING);
        assertThat(rig.send(first(7, 1_000)).verdict()).isEqualTo(Verdict.WAITING);
        assertThat(release()).as("the first is there, the MAC is not").isEmpty();
        for (int i = 0; i < 5; i++) {
            rig.resolve("10.2.0." + (11 + i), Rig.MTU);
        }

        List<Integer> servers = release();

        assertThat(servers).hasSize(2);
        assertThat(servers.get(0)).isEqualTo(servers.get(1));
    }

    /** What waited is no datagram that nobody has heard of lately, though it is whole since. */
    @Test
    void shouldSendWhatWaitedLongForTheFirst() {
        rig.send(later(7, 1, true));
        rig.send(later(7, 2, false));
        rig.nowMs += Fragments.COMPLETE_MS + 50;

        int server = Rig.server(rig.send(first(7, 1_000)));

        assertThat(release()).containsExactly(server, server);
    }

    @Test
    void shouldSendWhatWaitedLongForANextHop() {
        for (int i = 0; i < 5; i++) {
            rig.unresolve("10.2.0." + (11 + i));
        }
        rig.send(first(7, 1_000));
        rig.send(later(7, 1, false));
        rig.nowMs += WaitingRoom.PATIENCE_MS - 1;
        for (int i = 0; i < 5; i++) {
            rig.resolve("10.2.0." + (11 + i), Rig.MTU);
        }

        assertThat(release()).hasSize(2);
    }

    /** Pieces of nothing, more than can wait: they cost each other their place, and nobody else. */
    @Test
    void shouldSendWholeDatagramsInAFloodOfPiecesWithoutFirst() {
        int client = 0;
        while (rig.reading().of(Verdict.WAITING) < Forwarder.FRAGMENT_PLACES) {
            rig.send(orphan(client++));
        }
        rig.nowMs++;
        List<Integer> servers = new ArrayList<>();
        for (int id = 0; id < 300; id++) {
            servers.add(Rig.server(rig.send(first(id, 1_000 + id))));
        }

        for (int more = 0; more < 20 * Fragments.SETS * Fragments.WAYS; more++) {
            assertThat(rig.send(orphan(client++)).reason()).isEqualTo(DropReason.FRAGMENT_QUEUE_FULL);
        }

        for (int id = 0; id < 300; id++) {
            assertThat(Rig.server(rig.send(later(id, 1, false)))).isEqualTo(servers.get(id));
        }
        for (int id = 300; id < 10_000; id++) {
            int server = Rig.server(rig.send(first(id, 1_000 + id)));
            assertThat(Rig.server(rig.send(later(id, 1, false)))).isEqualTo(server);
        }
    }

    /** From a client of its own each: identifications end at 65,535. */
    private static byte[] orphan(int client) {
        return TestFrame.ip(17)
                .from(0x0A00_0000 + client, 0)
                .to("203.0.113.10", 53)
                .fragment(MORE | PIECE / 8)
                .build();
    }

    /** It is the datagram that was too long for its sender's link, and not the link's end that merged packets. */
    @Test
    void shouldNotTakeAPieceForASuperPacket() {
        rig.serve(service("web").backend(1, "10.2.0.11", 1));
        rig.resolve("10.2.0.11", 9_000);
        byte[] first = TestFrame.tcp().fragment(MORE).payload(new byte[1_600]).build();
        byte[] later =
                TestFrame.ip(6).fragment(1_624 / 8).payload(new byte[1_600]).build();
        for (byte[] piece : List.of(first, later)) {
            assertThat(rig.send(piece).verdict()).isEqualTo(Verdict.FORWARDED);
            assertThat(rig.batch.segment(0)).isEqualTo(Batch.WHOLE);
        }
        rig.resolve("10.2.0.11", Rig.MTU);

        assertThat(rig.send(identified(9, first)).reason()).isEqualTo(DropReason.TOO_LARGE);
    }

    /** Pieces that wait do not push each other's datagrams out, however they fall into the sets: what waits is sent. */
    @Test
    void shouldKeepThePlaceOfWhatWaits() {
        for (int client = 0x0A00_0000; client < 0x0A00_0000 + 60 * Forwarder.FRAGMENT_PLACES; ) {
            List<Integer> waiting = new ArrayList<>();
            for (int i = 0; i < Forwarder.FRAGMENT_PLACES; i++, client++) {
                TestFrame last =
                        TestFrame.ip(17).from(client, 0).to("203.0.113.10", 53).fragment(PIECE / 8);
                if (rig.send(last).verdict() == Verdict.WAITING) {
                    waiting.add(client);
                }
            }
            for (int one : waiting) {
                rig.send(TestFrame.udp()
                        .from(one, 9)
                        .to("203.0.113.10", 53)
                        .fragment(MORE)
                        .payload(new byte[PIECE - 8]));
            }
            while (rig.forwarder.isAnyWaiting()) {
                rig.step();
            }
            rig.nowMs += Fragments.LIFETIME_MS;
        }
        assertThat(rig.reading().of(DropReason.FRAGMENT_ORPHAN)).isZero();
    }

    /** As many first pieces as it takes for no datagram from before to be known any more. */
    private void flood() {
        for (int id = 1_000; id < 1_000 + 3 * Fragments.SETS * Fragments.WAYS; id++) {
            rig.send(first(id, 2_000));
        }
    }

    private void releaseAll() {
        while (rig.forwarder.isAnyWaiting()) {
            rig.step();
        }
    }

    /** A first piece has all that it takes, whether its datagram is still known or not. */
    @Test
    void shouldSendAFirstPieceWhoseDatagramWasForgottenWhileItWaited() {
        for (int i = 0; i < 5; i++) {
            rig.unresolve("10.2.0." + (11 + i));
        }
        assertThat(rig.send(first(7, 1_000)).verdict()).isEqualTo(Verdict.WAITING);
        flood();
        for (int i = 0; i < 5; i++) {
            rig.resolve("10.2.0." + (11 + i), Rig.MTU);
        }

        releaseAll();

        assertThat(rig.reading().of(DropReason.FRAGMENT_ORPHAN)).isZero();
    }

    /** What waited is noted in its datagram, though that was forgotten and begun anew: what overlaps it does not follow. */
    @Test
    void shouldNoteWhatWaitedInADatagramThatWasBegunAnew() {
        assertThat(rig.send(later(7, 1, false)).verdict()).isEqualTo(Verdict.WAITING);
        flood();
        assertThat(rig.send(first(7, 1_000)).verdict()).isEqualTo(Verdict.FORWARDED);
        releaseAll();

        assertThat(rig.send(later(7, 1, true)).reason()).isEqualTo(DropReason.FRAGMENT_OVERLAP);
    }

    /** A later piece does not know the flow's slot: it may be another flow's by then. */
    @Test
    void shouldCountAFragmentedDatagramOnceForItsFlow() throws Exception {
        rig.send(first(7, 1_000));
        rig.send(later(7, 1, true));
        rig.send(later(7, 2, false));
        rig.flows.writeAll();

        long[] packets = {0};
        rig.flowTable.forEach(flow -> packets[0] += flow.packets());
        assertThat(packets[0]).isOne();
    }
}
