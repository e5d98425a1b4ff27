package dev.trigon.dataplane.health;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks backends, thousands of them by one thread, and says which are up. Commands alone have threads of their own.
 */
public final class HealthMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthMonitor.class);

    private final EventLoop loop;
    private final LiveAttempts attempts;
    private final Checks checks;
    private final Thread thread;
    private volatile boolean stopping;

    private HealthMonitor(EventLoop loop, LiveAttempts attempts, Checks checks) {
        this.loop = loop;
        this.attempts = attempts;
        this.checks = checks;
        this.thread = new Thread(this::run, "health");
        thread.setDaemon(true);
    }

    /**
     * Begins to check, nobody at first.
     *
     * @param vip the clients' way
     * @param direct to the backends' own addresses
     */
    public static HealthMonitor start(CheckPath vip, CheckPath direct, HealthListener listener) throws IOException {
        return start(vip, direct, listener, System::nanoTime, InstantSource.system(), new SplittableRandom());
    }

    static HealthMonitor start(
            CheckPath vip,
            CheckPath direct,
            HealthListener listener,
            LongSupplier clockNs,
            InstantSource wallClock,
            RandomGenerator random)
            throws IOException {
        EventLoop loop = new EventLoop(clockNs);
        LiveAttempts attempts = new LiveAttempts(loop, random);
        Checks checks = new Checks(
                vip, direct, listener, new Checks.Surroundings(attempts, loop.timers(), clockNs, wallClock, random));
        HealthMonitor monitor = new HealthMonitor(loop, attempts, checks);
        monitor.thread.start();
        return monitor;
    }

    /**
     * Checks these from now on, and no others: soon, by the monitor's thread. Those that are as they were go on as they are; those
     * whose settings have changed keep their state. Any thread.
     */
    public void watch(Collection<Target> targets) {
        List<Target> copy = List.copyOf(targets);
        loop.call(() -> checks.watch(copy));
    }

    /** How a backend is; null for one that is not watched, or not yet. Any thread. */
    public @Nullable BackendHealth health(int backendId) {
        return checks.health(backendId);
    }

    private void run() {
        while (!stopping) {
            try {
                loop.turn();
                checks.settle();
            } catch (IOException | RuntimeException e) {
                LOG.error("health checks go on after", e);
            }
        }
    }

    /** Ends every check that runs. Afterwards nobody is told anything. */
    @Override
    public void close() {
        stopping = true;
        loop.call(() -> {});
        try {
            thread.join();
            checks.stop();
            attempts.close();
            loop.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("closing health checks: {}", e.toString());
        }
    }
}
