package dev.trigon.dataplane.health;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.service.HealthProbe;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs the commands of checks, so many at a time; the others wait, and their time begins when they do. A command has no shell, an
 * environment of its own, and both of its outputs in one.
 */
final class Commands implements AutoCloseable {
    static final int MAX_AT_ONCE = 16;

    private static final long IDLE_SECONDS = 10;
    /** How often what it says is taken, so that a full pipe does not hold it up for long. */
    private static final long LOOK_MS = 50;

    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C.UTF-8");

    private final AtomicInteger numbers = new AtomicInteger();
    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(
            MAX_AT_ONCE, MAX_AT_ONCE, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::thread);

    Commands() {
        pool.allowCoreThreadTimeOut(true);
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "health-exec-" + numbers.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** One run of a command. */
    final class Run implements Runnable {
        private final Question question;
        private final List<String> command;
        private final Consumer<Outcome> done;
        private final LastLine said = new LastLine();
        private volatile boolean cancelled;

        private Run(Question question, HealthProbe.Exec probe, Consumer<Outcome> done) {
            this.question = question;
            this.command = probe.command();
            this.done = done;
        }

        /** Kills it, or has it not begin. Any thread. */
        void cancel() {
            cancelled = true;
            pool.remove(this);
        }

        @Override
        public void run() {
            if (!cancelled) {
                done.accept(outcome());
            }
        }

        private Outcome outcome() {
            Process process;
            try {
                process = process().start();
            } catch (IOException e) {
                return Outcome.notMade(Reasons.line(Reasons.message(e)));
            }
            try (InputStream output = process.getInputStream()) {
                process.getOutputStream().close();
                return await(process, output);
            } catch (IOException e) {
                return Outcome.notMade(Reasons.line(Reasons.message(e)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Outcome.notMade("vipd stops");
            } finally {
                kill(process.toHandle());
            }
        }

        private Outcome await(Process process, InputStream output) throws InterruptedException {
            Duration timeout = question.spec().timeout();
            long endNs = System.nanoTime() + timeout.toNanos();
            while (!process.waitFor(Math.min(LOOK_MS, msUntil(endNs)), TimeUnit.MILLISECONDS)) {
                said.take(output);
                if (cancelled || System.nanoTime() - endNs >= 0) {
                    return Outcome.down(
                            "not done within " + Reasons.time(timeout) + ", so it was killed" + said.afterColon());
                }
            }
            if (!said.take(output)) {
                Thread.sleep(1);
                said.take(output);
            }
            int code = process.exitValue();
            return code == 0
                    ? Outcome.up("exit code 0" + said.afterColon())
                    : Outcome.down("exit code " + code + said.afterColon());
        }

        private ProcessBuilder process() {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            Probed backend = question.backend();
            Map<String, String> environment = builder.environment();
            environment.clear();
            environment.putAll(ENVIRONMENT);
            environment.put("TRIGON_SERVICE", backend.service());
            environment.put("TRIGON_BACKEND", backend.backend());
            environment.put("TRIGON_ADDRESS", Addresses.format(backend.address()));
            environment.put("TRIGON_VIP", Addresses.format(backend.vip()));
            environment.put("TRIGON_PORT", Integer.toString(question.port()));
            return builder;
        }
    }

    private static long msUntil(long endNs) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime()));
    }

    /** Its children first known, then itself, so that it makes no more of them; and theirs. Nothing where all have ended. */
    private static void kill(ProcessHandle process) {
        List<ProcessHandle> children = process.descendants().toList();
        if (process.isAlive()) {
            process.destroyForcibly();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** @param done told by another thread, unless it was cancelled before it began */
    Run start(Question question, HealthProbe.Exec probe, Consumer<Outcome> done) {
        Run run = new Run(question, probe, done);
        pool.execute(run);
        return run;
    }

    /** Whatever runs is killed. */
    @Override
    public void close() {
        pool.shutdownNow();
    }
}
