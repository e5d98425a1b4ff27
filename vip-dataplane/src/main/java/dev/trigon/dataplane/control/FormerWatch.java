package dev.trigon.dataplane.control;

import java.io.Closeable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets, every two seconds, the former backends that no flow names any more. */
final class FormerWatch implements Closeable {
    private static final long EVERY_NS = TimeUnit.SECONDS.toNanos(2);
    private static final Logger LOG = LoggerFactory.getLogger(FormerWatch.class);

    private final ServiceRegistry registry;
    private final Thread thread = new Thread(this::run, "former-backends");
    private volatile boolean stopping;

    private FormerWatch(ServiceRegistry registry) {
        this.registry = registry;
    }

    static FormerWatch start(ServiceRegistry registry) {
        FormerWatch watch = new FormerWatch(registry);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    private void run() {
        while (!stopping) {
            LockSupport.parkNanos(EVERY_NS);
            if (!stopping) {
                forget();
            }
        }
    }

    /** What fails is tried again, like what does not. */
    private void forget() {
        try {
            registry.forgetUnused();
        } catch (RuntimeException e) {
            LOG.warn("forgetting former backends: {}", e.toString());
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
