package dev.trigon.dataplane.engine;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees every two seconds to what nobody tells of when it changes. */
final class Upkeep implements AutoCloseable {
    private static final long EVERY_NS = TimeUnit.SECONDS.toNanos(2);
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final List<Runnable> tasks;
    private final Thread thread = new Thread(this::run, "upkeep");
    private volatile boolean stopping;

    private Upkeep(List<Runnable> tasks) {
        this.tasks = tasks;
    }

    static Upkeep start(Runnable... tasks) {
        Upkeep upkeep = new Upkeep(List.of(tasks));
        upkeep.thread.setDaemon(true);
        upkeep.thread.start();
        return upkeep;
    }

    private void run() {
        while (!stopping) {
            LockSupport.parkNanos(EVERY_NS);
            for (Runnable task : tasks) {
                if (!stopping) {
                    run(task);
                }
            }
        }
    }

    /** A task that fails is tried again, like one that does not. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.warn("upkeep: {}", e.toString());
        }
    }

    /** Waits for what is being done: afterwards nothing is. */
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
