package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.forward.Worker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker and its thread. */
final class CrewMember {
    private static final Logger LOG = LoggerFactory.getLogger(CrewMember.class);

    private final int number;
    private final Worker worker;
    private final Thread thread;

    /**
     * Prepares one.
     *
     * @param number that it counts by
     * @param beforehand what its thread does before it is the worker's
     */
    CrewMember(int number, Worker worker, String name, Runnable beforehand) {
        this.number = number;
        this.worker = worker;
        this.thread = new Thread(
                () -> {
                    beforehand.run();
                    worker.run();
                },
                name);
        thread.setUncaughtExceptionHandler(CrewMember::died);
    }

    int number() {
        return number;
    }

    Worker worker() {
        return worker;
    }

    Thread thread() {
        return thread;
    }

    void start() {
        thread.start();
    }

    /** Its thread has run, and does no more. */
    boolean hasEnded() {
        return thread.getState() == Thread.State.TERMINATED;
    }

    /** Tells it to end. */
    void dismiss() {
        worker.close();
        if (thread.getState() == Thread.State.NEW) {
            // it is a worker's thread that closes what is the worker's
            thread.start();
        }
    }

    /** Waits until it has ended. */
    void join() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A worker sees to its own faults, so this is its port's, and another port may do better: the crew opens one when it looks
     * next. What is no exception is the whole vipd's trouble: better to end, and be started again.
     */
    private static void died(Thread thread, Throwable why) {
        if (why instanceof RuntimeException) {
            LOG.error("{} ended, for its port failed", thread.getName(), why);
            return;
        }
        LOG.error("{} died; vipd ends, so that whatever started it starts it again", thread.getName(), why);
        Runtime.getRuntime().halt(1);
    }
}
