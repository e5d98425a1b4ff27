package dev.trigon.dataplane.control;

import java.io.Closeable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does once a second what is done in the registry's own time: what was not confirmed goes back, what no flow names is forgotten. */
final class RegistryWatch implements Closeable {
    private static final long EVERY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final Logger LOG = LoggerFactory.getLogger(RegistryWatch.class);

    private final ServiceRegistry registry;
    private final Thread thread = new Thread(this::run, "services");
    private volatile boolean stopping;

    private RegistryWatch(ServiceRegistry registry) {
        this.registry = registry;
    }

    static RegistryWatch start(ServiceRegistry registry) {
        RegistryWatch watch = new RegistryWatch(registry);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    private void run() {
        while (!stopping) {
            LockSupport.parkNanos(EVERY_NS);
            if (!stopping) {
                look();
            }
        }
    }

    /** What fails is tried again, like what does not. */
    private void look() {
        try {
            registry.goBackIfDue();
            registry.forgetUnused();
        } catch (RuntimeException e) {
            LOG.warn("looking after the services: {}", e.toString());
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
