package dev.trigon.dataplane.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTest {
    private static final long SPAN_NS = 1L << 29;
    private static final int SPAN = 1_000;

    private final AtomicLong inTable = new AtomicLong();
    private final Load load = new Load(inTable::get);

    private void give(int flows, int span) {
        for (int i = 0; i < flows; i++) {
            load.give(span);
        }
    }

    @Test
    void shouldBeWhatTheTableSaysWhereNothingWasGiven() {
        assertThat(load.flows(SPAN)).isZero();
        inTable.set(7);
        assertThat(load.flows(SPAN)).isEqualTo(7);
    }

    @Test
    void shouldCountWhatIsGivenAtOnceAndOnceOnly() {
        inTable.set(10);
        give(5, SPAN);
        assertThat(load.flows(SPAN)).isEqualTo(15);

        for (int written = 11; written <= 15; written++) {
            inTable.set(written);
            assertThat(load.flows(SPAN)).isEqualTo(15);
        }
    }

    @Test
    void shouldBelieveTheTableWhereItHasMore() {
        give(2, SPAN);
        inTable.set(40);
        assertThat(load.flows(SPAN)).isEqualTo(40);
    }

    @Test
    void shouldNeverBeFurtherFromTheTableThanWhatWasGiven() {
        inTable.set(10);
        give(5, SPAN);
        inTable.set(3);
        assertThat(load.flows(SPAN)).isEqualTo(8);
    }

    /** A SYN of somebody who never answers. */
    @Test
    void shouldForgetWhatNeverCame() {
        give(3, SPAN);

        assertThat(load.flows(SPAN + 1)).isEqualTo(3);
        assertThat(load.flows(SPAN + 2)).isZero();
        give(1, SPAN + 2);
        assertThat(load.flows(SPAN + 2)).isEqualTo(1);
    }

    @Test
    void shouldCountOnceWhatIsWrittenInTheNextSpan() {
        give(100, SPAN);
        give(1, SPAN + 1);
        assertThat(load.flows(SPAN + 1)).isEqualTo(101);

        inTable.set(100);
        assertThat(load.flows(SPAN + 1)).isEqualTo(101);
        assertThat(load.flows(SPAN + 2)).isEqualTo(101);
        give(1, SPAN + 2);
        assertThat(load.flows(SPAN + 2)).isEqualTo(102);
        inTable.set(102);
        assertThat(load.flows(SPAN + 2)).isEqualTo(102);
    }

    /** As many as come in a second, each in the table a tenth of it later, and none ends. */
    @Test
    void shouldBeExactUnderASteadyStreamThatIsWrittenLate() {
        int lag = 100;
        int perSpan = 537;
        for (int given = 1; given < 10_000; given++) {
            int span = SPAN + given / perSpan;
            load.give(span);
            inTable.set(Math.max(0, given - lag));
            assertThat(load.flows(span)).as("after %d", given).isEqualTo(given);
        }
    }

    @Test
    void shouldTakeAThreadThatIsLateIntoTheSpanThatIsOn() {
        give(1, SPAN + 1);
        give(1, SPAN);
        assertThat(load.flows(SPAN)).isEqualTo(2);
        assertThat(load.flows(SPAN + 1)).isEqualTo(2);
    }

    @Test
    void shouldCountNoMoreThanItsBitsHold() {
        int most = (1 << 22) - 1;
        give(most + 1_000, SPAN);
        assertThat(load.flows(SPAN)).isEqualTo(most);
        give(1, SPAN + 1);
        assertThat(load.flows(SPAN + 1)).isEqualTo(most + 1L);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, SPAN_NS, -1, Long.MAX_VALUE, Long.MIN_VALUE, -7 * SPAN_NS})
    void shouldBearAnyClock(long nanoTime) {
        int span = Load.span(nanoTime);
        give(2, span);
        assertThat(load.flows(span)).isEqualTo(2);
        assertThat(load.flows(Load.span(nanoTime + SPAN_NS))).isEqualTo(2);
        assertThat(load.flows(Load.span(nanoTime + 3 * SPAN_NS))).isZero();
    }

    @Test
    void shouldLoseNothingWhenManyGive() throws Exception {
        int threads = 4;
        int each = 100_000;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            running.add(pool.submit(() -> give(each, SPAN)));
        }
        for (Future<?> one : running) {
            one.get();
        }
        pool.shutdown();

        assertThat(load.flows(SPAN)).isEqualTo((long) threads * each);
    }
}
