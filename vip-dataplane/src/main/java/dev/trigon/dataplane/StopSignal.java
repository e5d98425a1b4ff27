package dev.trigon.dataplane;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGTERM and SIGINT as a wish to stop. The JVM would end with 143; a clean stop is a success, so the exit code is set here,
 * once the main thread has put everything back.
 */
final class StopSignal {
    private static final long LIMIT_SECONDS = 20;
    private static final int FAILED = 1;

    private final CountDownLatch wanted = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean clean;

    private StopSignal() {}

    static StopSignal install() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::stop, "stop"));
        return signal;
    }

    /** In the JVM's shutdown, whatever began it: a signal, or the main thread, which has said already how it ended. */
    private void stop() {
        wanted.countDown();
        try {
            boolean inTime = stopped.await(LIMIT_SECONDS, TimeUnit.SECONDS);
            Runtime.getRuntime().halt(inTime && clean ? 0 : FAILED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until somebody wants a stop; at once if somebody did already. */
    void await() throws InterruptedException {
        wanted.await();
    }

    void stopped(boolean cleanly) {
        clean = cleanly;
        stopped.countDown();
    }
}
