package dev.trigon.dataplane.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** All checks at once, since most of what they take is waiting; in a time that is bounded, whatever becomes of each. */
final class Examination {
    static final long LONGEST_MS = 6_000;

    private final List<Check> checks;
    private final long longestMs;

    Examination(List<Check> checks, long longestMs) {
        this.checks = checks;
        this.longestMs = longestMs;
    }

    /** It may hang in the kernel, and is not to keep vipd from its end. */
    static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "doctor");
        thread.setDaemon(true);
        return thread;
    }

    List<Finding> of(Patient patient) {
        ExecutorService pool = Executors.newFixedThreadPool(checks.size(), Examination::thread);
        try {
            List<Callable<List<Finding>>> looks = checks.stream()
                    .<Callable<List<Finding>>>map(it -> () -> look(it, patient))
                    .toList();
            List<Future<List<Finding>>> looked = pool.invokeAll(looks, longestMs, TimeUnit.MILLISECONDS);
            List<Finding> found = new ArrayList<>();
            for (int i = 0; i < checks.size(); i++) {
                found.addAll(outcome(checks.get(i).name(), looked.get(i)));
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("an examination was broken off", e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static List<Finding> look(Check check, Patient patient) {
        try {
            return check.look(patient);
        } catch (RuntimeException e) {
            return unknown(check.name(), "it cannot be looked at: " + e.getMessage());
        }
    }

    private List<Finding> outcome(String check, Future<List<Finding>> looked) throws InterruptedException {
        try {
            return looked.get();
        } catch (CancellationException e) {
            return unknown(check, "it took longer than " + longestMs + " ms");
        } catch (ExecutionException e) {
            throw new IllegalStateException("check " + check, e);
        }
    }

    private static List<Finding> unknown(String check, String why) {
        return new Findings(check)
                .unknown("all of it", why, Remedy.byHand("ask again: vipctl doctor"))
                .all();
    }
}
