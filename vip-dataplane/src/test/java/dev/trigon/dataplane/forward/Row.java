package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.forward.Rig.Outcome;
import dev.trigon.dataplane.port.Batch;
import dev.trigon.dataplane.wire.Octets;
import dev.trigon.dataplane.wire.TestFrame;
import org.jspecify.annotations.Nullable;

/**
 * A frame in, a verdict and a frame out.
 *
 * @param cut the capture has only a part of it
 * @param errno what the kernel says when it is to send
 * @param out empty if nothing leaves
 */
record Row(
        String what,
        byte[] in,
        boolean cut,
        int errno,
        Verdict verdict,
        @Nullable DropReason reason,
        byte[] out) {
    static final byte[] NOTHING = {};

    static Row forwarded(String what, byte[] in, byte[] out) {
        return new Row(what, in, false, 0, Verdict.FORWARDED, null, out);
    }

    static Row forwarded(String what, TestFrame in, TestFrame out) {
        return forwarded(what, in.build(), out.build());
    }

    static Row answered(String what, byte[] in, byte[] out) {
        return new Row(what, in, false, 0, Verdict.ANSWERED, null, out);
    }

    static Row answered(String what, TestFrame in, TestFrame out) {
        return answered(what, in.build(), out.build());
    }

    static Row passed(String what, byte[] in) {
        return new Row(what, in, false, 0, Verdict.PASSED, null, NOTHING);
    }

    static Row passed(String what, TestFrame in) {
        return passed(what, in.build());
    }

    static Row dropped(DropReason reason, String what, byte[] in) {
        return new Row(what, in, false, 0, Verdict.DROPPED, reason, NOTHING);
    }

    static Row dropped(DropReason reason, String what, TestFrame in) {
        return dropped(reason, what, in.build());
    }

    /** Dropped, and its sender told. */
    static Row rejected(DropReason reason, String what, byte[] in, byte[] told) {
        return new Row(what, in, false, 0, Verdict.DROPPED, reason, told);
    }

    static Row refused(DropReason reason, String what, byte[] in, int errno) {
        return new Row(what, in, false, errno, Verdict.DROPPED, reason, NOTHING);
    }

    /** Sends the frame, and sees that it fares as it should. */
    void hold(Rig rig) {
        Outcome outcome = rig.send(in, cut, errno);

        assertThat(outcome.verdict()).as("%s: %s", what, outcome.reason()).isEqualTo(verdict);
        assertThat(outcome.reason()).as(what).isEqualTo(reason);
        if (out.length > 0) {
            assertThat(outcome.frame()).as(what).isNotNull();
            assertThat(Octets.hex(outcome.frame())).as(what).isEqualTo(Octets.hex(out));
            assertThat(outcome.egress()).isEqualTo(verdict == Verdict.FORWARDED ? Rig.EGRESS : Rig.INGRESS);
        } else if (errno == 0) {
            assertThat(outcome.egress()).isEqualTo(Batch.STAYS);
        }
    }

    @Override
    public String toString() {
        return what;
    }
}
