package dev.trigon.dataplane.forward;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.forward.Rig.Outcome;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.wire.TestFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packets whose next hop is not known yet. */
class WaitingRoomTest {
    private static final int BACKENDS = 8;

    private final Rig rig = new Rig();

    @BeforeEach
    void serve() {
        Specs[] services = new Specs[BACKENDS];
        for (int i = 0; i < BACKENDS; i++) {
            services[i] = service("s" + i).udp().ports(new PortRange(i, i)).backend(i + 1, address(i), 1);
        }
        rig.serve(services);
        for (int i = 0; i < BACKENDS; i++) {
            rig.unresolve(address(i));
        }
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private static String address(int backend) {
        return "10.2.0." + (11 + backend);
    }

    /** A packet for the n-th backend, known again by its mark. */
    private static byte[] frame(int backend, int mark) {
        return TestFrame.udp()
                .to("203.0.113.10", backend)
                .payload(new byte[] {(byte) mark, (byte) (mark >>> 8)})
                .build();
    }

    private static int mark(byte[] frame) {
        int at = TestFrame.ETHERNET + 28;
        return (frame[at] & 0xFF) | (frame[at + 1] & 0xFF) << 8;
    }

    /** Lets out who can leave, and passes them on; their marks. */
    private List<Integer> release() {
        rig.batch.clear();
        rig.forwarder.release(rig.batch, rig.nowMs);
        rig.pass(0);
        List<Integer> marks = new ArrayList<>();
        for (int i = 0; i < rig.batch.count(); i++) {
            assertThat(rig.batch.egress(i)).isEqualTo(Rig.EGRESS);
            marks.add(mark(rig.frame(i)));
        }
        rig.reading();
        return marks;
    }

    private void expire() {
        rig.batch.clear();
        rig.forwarder.release(rig.batch, rig.nowMs);
        rig.reading();
    }

    private long count(Verdict verdict) {
        return rig.reading().of(verdict);
    }

    @Test
    void shouldForwardAPacketAsSoonAsItsNextHopIsKnown() {
        byte[] frame = frame(0, 7);
        Outcome outcome = rig.send(frame);
        assertThat(outcome.verdict()).isEqualTo(Verdict.WAITING);
        assertThat(outcome.frame()).isNull();
        assertThat(release()).isEmpty();
        assertThat(count(Verdict.WAITING)).isOne();

        rig.resolve(address(0), Rig.MTU);
        assertThat(release()).containsExactly(7);

        byte[] expected = TestFrame.udp()
                .to("203.0.113.10", 0)
                .payload(new byte[] {7, 0})
                .toMac(Rig.SERVER_MACS | 11)
                .fromMac(Rig.EGRESS_MAC)
                .build();
        assertThat(rig.frame(0)).isEqualTo(expected);
        assertThat(count(Verdict.WAITING)).isZero();
        assertThat(count(Verdict.FORWARDED)).isOne();
        assertThat(rig.reading().received()).isOne();
        assertThat(rig.table.backend(1).meter().packets()).isOne();
        assertThat(rig.forwarder.isAnyWaiting()).isFalse();
    }

    @Test
    void shouldGiveUpAfterASecond() {
        rig.send(frame(0, 1));
        rig.nowMs += 400;
        rig.send(frame(0, 2));
        rig.nowMs += 599;
        expire();
        assertThat(count(Verdict.WAITING)).isEqualTo(2);

        rig.nowMs += 1;
        expire();

        assertThat(count(Verdict.WAITING)).isOne();
        assertThat(rig.reading().of(DropReason.NEXT_HOP_UNRESOLVED)).isOne();
        rig.resolve(address(0), Rig.MTU);
        assertThat(release()).containsExactly(2);
    }

    @Test
    void shouldHoldFewOfOneBackendAndLeaveTheRestToTheOthers() {
        for (int i = 0; i < Forwarder.PLACES_PER_NEXT_HOP; i++) {
            assertThat(rig.send(frame(0, i)).verdict()).isEqualTo(Verdict.WAITING);
        }
        assertThat(rig.send(frame(0, 99)).reason()).isEqualTo(DropReason.NEXT_HOP_QUEUE_FULL);

        for (int backend = 1; backend < Forwarder.NEXT_HOP_PLACES / Forwarder.PLACES_PER_NEXT_HOP; backend++) {
            for (int i = 0; i < Forwarder.PLACES_PER_NEXT_HOP; i++) {
                assertThat(rig.send(frame(backend, i)).verdict()).isEqualTo(Verdict.WAITING);
            }
        }
        assertThat(rig.send(frame(7, 99)).reason())
                .as("no place left for anyone")
                .isEqualTo(DropReason.NEXT_HOP_QUEUE_FULL);

        rig.nowMs += WaitingRoom.PATIENCE_MS;
        expire();
        assertThat(rig.reading().of(DropReason.NEXT_HOP_UNRESOLVED)).isEqualTo(Forwarder.NEXT_HOP_PLACES);
        assertThat(rig.forwarder.isAnyWaiting()).isFalse();
        assertThat(rig.send(frame(0, 0)).verdict()).isEqualTo(Verdict.WAITING);
    }

    @Test
    void shouldLetPacketsLeaveInTheOrderInWhichTheyCame() {
        List<Integer> marks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            rig.send(frame(0, i));
            rig.send(frame(1, 100 + i));
        }
        // those of one backend leave: their places are taken again, between the others'
        rig.resolve(address(1), Rig.MTU);
        assertThat(release()).containsExactly(100, 101, 102, 103, 104, 105, 106, 107, 108, 109);
        for (int i = 0; i < 20; i++) {
            marks.add(i);
            if (i >= 10) {
                rig.send(frame(0, i));
            }
        }

        rig.resolve(address(0), Rig.MTU);

        assertThat(release()).isEqualTo(marks);
    }

    @Test
    void shouldReleaseNoMoreThanABatchHolds() {
        for (int backend = 0; backend < 4; backend++) {
            for (int i = 0; i < Forwarder.PLACES_PER_NEXT_HOP; i++) {
                rig.send(frame(backend, backend * 32 + i));
            }
        }
        for (int backend = 0; backend < 4; backend++) {
            rig.resolve(address(backend), Rig.MTU);
        }

        List<Integer> marks = release();
        assertThat(marks).hasSize(Worker.BATCH);
        marks.addAll(release());

        assertThat(marks).hasSize(Forwarder.NEXT_HOP_PLACES).isSorted().doesNotHaveDuplicates();
        assertThat(count(Verdict.FORWARDED)).isEqualTo(Forwarder.NEXT_HOP_PLACES);
    }

    @Test
    void shouldDecideAnewWhenTheTableChangedMeanwhile() {
        rig.send(frame(0, 1));

        rig.serve(service("s0").udp().ports(new PortRange(0, 0)).backend(9, "10.2.0.19", 1));
        rig.resolve(address(0), Rig.MTU); // that backend is gone, yet its hop is what the packet waits for

        assertThat(release()).containsExactly(1);
        assertThat(rig.frame(0)[5]).isEqualTo((byte) 19);
    }

    /** A place is as long as a frame of the link; nobody opens a connection with a super-packet. */
    @Test
    void shouldHoldNoFrameThatIsLongerThanAPlace() {
        rig.serve(service("web").backend(1, address(0), 1));
        TestFrame frame = TestFrame.tcp().payload(new byte[Rig.FRAME_CAPACITY - 54]);

        assertThat(rig.send(frame).verdict()).isEqualTo(Verdict.WAITING);
        assertThat(rig.send(frame.payload(new byte[Rig.FRAME_CAPACITY - 53])).reason())
                .isEqualTo(DropReason.NEXT_HOP_QUEUE_FULL);
    }
}
