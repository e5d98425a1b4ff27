package dev.trigon.dataplane.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class CaretakerTest {
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final CountDownLatch looks = new CountDownLatch(2);
    private final Caretaker caretaker = new Caretaker("caretaker-test", this::work);

    private void work() {
        begun.incrementAndGet();
        while (!caretaker.isClosing()) {
            looks.countDown();
            caretaker.nap(HOUR_NS);
        }
        ended.incrementAndGet();
    }

    @Test
    void shouldBeWokenFromItsNap() throws Exception {
        caretaker.start();
        while (looks.getCount() > 0) {
            caretaker.wake();
            looks.await(1, TimeUnit.MILLISECONDS);
        }
        caretaker.close();
    }

    @Test
    void shouldWaitOnClosingForWhatIsBeingDone() {
        caretaker.start();
        caretaker.close();
        assertThat(ended).hasValue(1);
    }

    @Test
    void shouldStartOnceAndNotAfterClosing() {
        caretaker.start();
        caretaker.start();
        caretaker.close();
        caretaker.start();
        assertThat(begun).hasValue(1);

        Caretaker closed = new Caretaker("caretaker-test", begun::incrementAndGet);
        closed.close();
        closed.start();
        closed.close();
        assertThat(begun).hasValue(1);
    }
}
