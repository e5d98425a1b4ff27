package dev.trigon.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.systemtests.lab.Client;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The third server of a service of three that weigh alike, at the beginning of its slow start: what of new connections it gets,
 * slice by slice of that time. When it began is known to within the time that it took to have it begin.
 */
record Beginning(Client client, int port, long earliestNs, long latestNs) {
    static final Duration LENGTH = Duration.ofSeconds(6);
    static final int REQUESTS = 150;

    private static final String SERVER = "b3";
    private static final int STEPS = 20;
    /** vipd looks ten times a second, and gets the processor a little later on a busy machine. */
    private static final long LATE_NS = Duration.ofMillis(400).toNanos();
    /** A change of shares in the middle of a round may cost a turn or give one. */
    private static final int TURNS = 2;

    /** What has the server begin. */
    interface Act {
        void run() throws IOException;
    }

    static Beginning of(Client client, int port, Act begin) throws IOException {
        long beforeNs = System.nanoTime();
        begin.run();
        return new Beginning(client, port, beforeNs, System.nanoTime());
    }

    /** @param part of the time of its slow start, which is waited for */
    void shouldHaveItsShareAt(double part) {
        LockSupport.parkNanos(latestNs + (long) (part * LENGTH.toNanos()) - System.nanoTime());
        long fromNs = System.nanoTime();
        Client.Answers answers = client.get(REQUESTS, port);
        long toNs = System.nanoTime();

        assertThat(answers.total()).isEqualTo(REQUESTS);
        long least = Math.round(REQUESTS * shareAfter(fromNs - latestNs - LATE_NS)) - TURNS;
        long most = Math.round(REQUESTS * shareAfter(toNs - earliestNs)) + TURNS;
        assertThat(answers.of(SERVER)).as("at %s: %s", part, answers).isBetween(least, most);
    }

    /** Beside two that have all of theirs. */
    private static double shareAfter(long ns) {
        long step = Math.min(STEPS, ns * STEPS / LENGTH.toNanos());
        double weight = Math.max(0.01, (double) step / STEPS);
        return weight / (2 + weight);
    }
}
