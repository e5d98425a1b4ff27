package dev.trigon.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WakeupTest {
    private static final int NONBLOCK = 0x800;
    private static final int FOREVER = -1;
    private static final int COUNTER_LENGTH = 8;

    private final NativeMemory counter = NativeMemory.allocate(COUNTER_LENGTH);
    private final int watched = LibC.eventfd(0, NONBLOCK);
    private final Wakeup wakeup = new Wakeup(watched);

    @AfterEach
    void close() {
        wakeup.close();
        LibC.close(watched);
    }

    private void makeReadable() {
        counter.buffer().putLong(0, 1);
        LibC.write(watched, counter.address(), COUNTER_LENGTH);
    }

    private static long elapsedMs(long sinceNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNs);
    }

    @Test
    void shouldSleepUntilTheTimeIsOver() {
        long beganNs = System.nanoTime();

        wakeup.await(50);

        assertThat(elapsedMs(beganNs)).isGreaterThanOrEqualTo(49);
    }

    @Test
    void shouldNotSleepWhileTheDescriptorIsReadable() {
        makeReadable();

        wakeup.await(FOREVER);
        wakeup.await(FOREVER); // nobody has read it
    }

    @Test
    void shouldWatchSeveralDescriptors() {
        int other = LibC.eventfd(0, NONBLOCK);
        try (Wakeup both = new Wakeup(other, watched)) {
            makeReadable();
            both.await(FOREVER);
            both.wake();
            both.await(FOREVER);
        }
        LibC.close(other);
    }

    @Test
    void shouldEndTheNextSleepWhenNoneIsOn() {
        wakeup.wake();
        wakeup.wake();

        wakeup.await(FOREVER);

        long beganNs = System.nanoTime();
        wakeup.await(50);
        assertThat(elapsedMs(beganNs))
                .as("one sleep, however often it was ended")
                .isGreaterThanOrEqualTo(49);
    }

    @Test
    void shouldEndASleepThatIsOn() throws InterruptedException {
        Thread sleeper = new Thread(() -> wakeup.await(FOREVER));
        sleeper.start();
        while (!inPoll(sleeper)) {
            Thread.onSpinWait();
        }

        wakeup.wake();

        sleeper.join();
    }

    /** A thread in a native call counts as running: where it is tells. */
    private static boolean inPoll(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getMethodName().equals("poll")) {
                return true;
            }
        }
        return false;
    }

    /** Its descriptor's number may be another's by then, and eight octets would be written into that. */
    @Test
    void shouldWakeNobodyOnceClosed() {
        wakeup.close();
        int[] others = new int[4];
        for (int i = 0; i < others.length; i++) {
            others[i] = LibC.eventfd(0, NONBLOCK);
        }

        wakeup.wake();
        wakeup.close();

        for (int other : others) {
            assertThat(LibC.read(other, counter.address(), COUNTER_LENGTH))
                    .as("descriptor %d holds nothing", other)
                    .isEqualTo(-1);
            assertThat(LibC.close(other)).isZero();
        }
    }
}
