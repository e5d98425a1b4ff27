package dev.trigon.dataplane.balance;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Backends as a scheduler sees them, and time that stands still until it is told to go on. */
final class Servers {
    /** So long that nothing given before counts any more. */
    private static final long LONG_NS = 2_000_000_000L;

    final AtomicLong[] inTable;
    final Load[] loads;
    private long nowNs = System.nanoTime();

    Servers(int count) {
        inTable = Stream.generate(AtomicLong::new).limit(count).toArray(AtomicLong[]::new);
        loads = Arrays.stream(inTable).map(each -> new Load(each::get)).toArray(Load[]::new);
    }

    static int[] equal(int count) {
        int[] weights = new int[count];
        Arrays.fill(weights, 1);
        return weights;
    }

    long nowNs() {
        return nowNs;
    }

    void wait(int times) {
        nowNs += times * LONG_NS;
    }

    /** What each has, given ones included. */
    long[] flows() {
        return Arrays.stream(loads)
                .mapToLong(load -> load.flows(Load.span(nowNs)))
                .toArray();
    }

    static long[] shares(Scheduler scheduler, int backends, int choices) {
        long[] shares = new long[backends];
        for (int i = 0; i < choices; i++) {
            shares[scheduler.choose(i)]++;
        }
        return shares;
    }
}
