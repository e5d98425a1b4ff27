package dev.trigon.dataplane.upkeep;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees now and then, and sooner when told to, to what may have changed without anybody telling. */
public final class Upkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final long everyNs;
    private final List<Runnable> tasks;
    private final Caretaker caretaker;

    private Upkeep(String name, long everyNs, List<Runnable> tasks) {
        this.everyNs = everyNs;
        this.tasks = tasks;
        this.caretaker = new Caretaker(name, this::run);
    }

    public static Upkeep start(String name, Duration every, Runnable... tasks) {
        Upkeep upkeep = new Upkeep(name, every.toNanos(), List.of(tasks));
        upkeep.caretaker.start();
        return upkeep;
    }

    /** Looks at once, or as soon as the look that goes on is over. Any thread. */
    public void soon() {
        caretaker.wake();
    }

    private void run() {
        while (!caretaker.isClosing()) {
            caretaker.nap(everyNs);
            for (Runnable task : tasks) {
                if (!caretaker.isClosing()) {
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
        caretaker.close();
    }
}
