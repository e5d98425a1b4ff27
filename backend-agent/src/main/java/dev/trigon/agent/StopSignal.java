package dev.trigon.agent;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGTERM and SIGINT as an orderly end: the JVM, told to end, waits here until the work is done, and then ends with the work's
 * exit status and not the signal's.
 */
final class StopSignal {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int status = 1;

    static StopSignal install() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::stop, "stop"));
        return signal;
    }

    private void stop() {
        if (finished.getCount() == 0) {
            return;
        }
        asked.countDown();
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(status);
    }

    /** @return whether the end was asked for in that time */
    boolean awaitMs(long timeoutMs) {
        try {
            return asked.await(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    void finish(int exitStatus) {
        status = exitStatus;
        finished.countDown();
    }
}
