package dev.trigon.dataplane.engine;

import dev.trigon.linux.LinuxException;
import dev.trigon.linux.Nice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers go before vipd's other threads and most of what else runs on the gateway: a packet does not wait until the JVM has
 * compiled a method or a health check has ended. They sleep when there is nothing to do, and so take nothing from anybody then.
 */
final class Precedence {
    private static final int NICE = -10;
    private static final Logger LOG = LoggerFactory.getLogger(Precedence.class);

    private Precedence() {}

    /** Gives it to the calling thread, if the kernel allows. */
    static void take() {
        try {
            Nice.set(NICE);
        } catch (LinuxException e) {
            LOG.warn(
                    "{} runs beside others as their equal: {}",
                    Thread.currentThread().getName(),
                    e.getMessage());
        }
    }
}
