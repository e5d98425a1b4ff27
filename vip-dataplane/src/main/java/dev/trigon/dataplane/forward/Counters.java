package dev.trigon.dataplane.forward;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One worker's counters. The worker counts in a plain array of its own and shows the whole of it after each batch; so a
 * reader sees batches, never half of one, and what was received always equals the sum of the verdicts.
 *
 * <p>Shown under a sequence lock: odd while the worker writes, and a reader that met an odd number, or another one after
 * than before, reads again. The worker never waits.
 */
@SuppressWarnings("EnumOrdinal") // the ordinals index arrays that live no longer than the process
public final class Counters {
    private static final VarHandle SEQUENCE;
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    static {
        try {
            SEQUENCE = MethodHandles.lookup().findVarHandle(Counters.class, "sequence", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int RECEIVED = 0;
    private static final int VERDICTS = RECEIVED + 1;
    private static final int REASONS = VERDICTS + Verdict.values().length;
    private static final int OBSERVED = REASONS + DropReason.values().length;
    private static final int LENGTH = OBSERVED + Observed.values().length;

    private final long[] live = new long[LENGTH];
    private final long[] shown = new long[LENGTH];

    @SuppressWarnings("UnusedVariable") // written and read through SEQUENCE
    private volatile long sequence;

    void received(int packets) {
        live[RECEIVED] += packets;
    }

    void verdict(Verdict verdict) {
        live[VERDICTS + verdict.ordinal()]++;
    }

    void dropped(DropReason reason) {
        live[VERDICTS + Verdict.DROPPED.ordinal()]++;
        live[REASONS + reason.ordinal()]++;
    }

    /** A packet that waited does so no more: its next verdict is counted as any other. */
    void waitedEnough() {
        live[VERDICTS + Verdict.WAITING.ordinal()]--;
    }

    void observe(Observed what, long value) {
        live[OBSERVED + what.ordinal()] = value;
    }

    /** Lets readers see all that was counted so far. */
    void show() {
        long now = (long) SEQUENCE.getOpaque(this);
        SEQUENCE.setOpaque(this, now + 1);
        VarHandle.storeStoreFence();
        for (int i = 0; i < LENGTH; i++) {
            CELL.setOpaque(shown, i, live[i]);
        }
        // release: whoever sees this number sees every cell above
        SEQUENCE.setRelease(this, now + 2);
    }

    /** What was shown last. Any thread. */
    public Reading read() {
        long[] copy = new long[LENGTH];
        while (true) {
            long before = (long) SEQUENCE.getAcquire(this);
            for (int i = 0; i < LENGTH; i++) {
                copy[i] = (long) CELL.getOpaque(shown, i);
            }
            VarHandle.loadLoadFence();
            if ((before & 1) == 0 && before == (long) SEQUENCE.getOpaque(this)) {
                return new Reading(copy);
            }
            Thread.onSpinWait();
        }
    }

    /** Counters at one moment. */
    public static final class Reading {
        private final long[] values;

        private Reading(long[] values) {
            this.values = values;
        }

        /** Nothing counted yet: what readings are summed onto. */
        public static Reading zero() {
            return new Reading(new long[LENGTH]);
        }

        public Reading plus(Reading other) {
            long[] sum = values.clone();
            for (int i = 0; i < LENGTH; i++) {
                sum[i] += other.values[i];
            }
            return new Reading(sum);
        }

        public long received() {
            return values[RECEIVED];
        }

        public long of(Verdict verdict) {
            return values[VERDICTS + verdict.ordinal()];
        }

        public long of(DropReason reason) {
            return values[REASONS + reason.ordinal()];
        }

        public long of(Observed what) {
            return values[OBSERVED + what.ordinal()];
        }
    }
}
