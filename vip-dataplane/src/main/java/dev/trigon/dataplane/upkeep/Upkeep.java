package dev.trigon.dataplane.upkeep;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees now and then, and sooner when told to, to what may have changed without anybody telling. */
public final class Upkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final long everyNs;
    private final List<Runnable> tasks;
    private final Thread thread;
    private volatile boolean stopping;

    private Upkeep(String name, long everyNs, List<Runnable> tasks) {
        this.everyNs = everyNs;
        this.tasks = tasks;
        this.thread = new Thread(this::run, name);
    }

    public static Upkeep start(String name, Duration every, Runnable... tasks) {
        Upkeep upkeep = new Upkeep(name, every.toNanos(), List.of(tasks));
        upkeep.thread.setDaemon(true);
        upkeep.thread.start();
        return upkeep;
    }

    /** Looks at once, or as soon as the look that goes on is over. Any thread. */
    public void soon() {
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!stopping) {
            LockSupport.parkNanos(everyNs);
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
