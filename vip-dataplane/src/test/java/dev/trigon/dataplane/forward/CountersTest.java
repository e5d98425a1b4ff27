package dev.trigon.dataplane.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.forward.Counters.Reading;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CountersTest {
    private static final int READS = 200_000;
    private static final int DIFFERENT = 100;

    private final Counters counters = new Counters();

    @Test
    void shouldShowNothingBeforeItIsToldTo() {
        counters.received(3);
        counters.verdict(Verdict.FORWARDED);

        assertThat(counters.read().received()).isZero();
        counters.show();
        assertThat(counters.read().received()).isEqualTo(3);
        assertThat(counters.read().of(Verdict.FORWARDED)).isOne();
    }

    @Test
    void shouldKeepEveryCounterApart() {
        int n = 1;
        for (Verdict verdict : Verdict.values()) {
            for (int i = 0; i < n && verdict != Verdict.DROPPED; i++) {
                counters.verdict(verdict);
            }
            n++;
        }
        for (DropReason reason : DropReason.values()) {
            for (int i = 0; i < n; i++) {
                counters.dropped(reason);
            }
            n++;
        }
        for (Observed what : Observed.values()) {
            counters.observe(what, n++);
        }
        counters.show();

        Reading reading = counters.read();
        n = 1;
        long dropped = 0;
        for (Verdict verdict : Verdict.values()) {
            assertThat(verdict == Verdict.DROPPED ? n : reading.of(verdict)).isEqualTo(n);
            n++;
        }
        for (DropReason reason : DropReason.values()) {
            assertThat(reading.of(reason)).isEqualTo(n);
            dropped += n++;
        }
        for (Observed what : Observed.values()) {
            assertThat(reading.of(what)).isEqualTo(n++);
        }
        assertThat(reading.of(Verdict.DROPPED)).isEqualTo(dropped);
        assertThat(reading.plus(reading).of(Verdict.DROPPED)).isEqualTo(2 * dropped);
    }

    /** A batch of any size, shown whole: a reader must never find received and the verdicts apart. */
    @Test
    void shouldNeverShowHalfABatch() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        Thread worker = new Thread(() -> {
            Random random = new Random(1);
            while (!done.get()) {
                countABatch(random);
            }
        });
        worker.start();
        try {
            long last = 0;
            int seen = 0;
            // on a busy machine the two may seldom run side by side
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            for (int i = 0; i < READS || (seen < DIFFERENT && System.nanoTime() - deadlineNs < 0); i++) {
                Reading reading = counters.read();
                Rig.assertSumIsRight(reading);
                assertThat(reading.received()).isGreaterThanOrEqualTo(last);
                seen += reading.received() > last ? 1 : 0;
                last = reading.received();
            }
            assertThat(seen).as("readings that differed from the one before").isGreaterThanOrEqualTo(DIFFERENT);
        } finally {
            done.set(true);
            worker.join();
        }
    }

    private void countABatch(Random random) {
        int packets = random.nextInt(Worker.BATCH);
        counters.received(packets);
        for (int i = 0; i < packets; i++) {
            int kind = random.nextInt(20);
            if (kind < DropReason.values().length) {
                counters.dropped(DropReason.values()[kind]);
            } else {
                counters.verdict(Verdict.FORWARDED);
            }
        }
        counters.show();
    }
}
