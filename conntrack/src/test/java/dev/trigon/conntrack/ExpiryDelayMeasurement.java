package dev.trigon.conntrack;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * How long a worker may have to wait while a million flows expire: one thread looks flows up and writes, as fast as it can,
 * another removes idle ones, at the pace that vipd has and then without a pause, as when the table is nearly full. What the
 * machine itself adds is seen with nobody removing anything.
 */
final class ExpiryDelayMeasurement {
    private static final int FLOWS = 1_000_000;
    private static final int LIVE = 100_000;
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long VIPD_NAP_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final FlowTable table = FlowTable.inMemory(2L * FLOWS);
    private final Histogram delays = new Histogram(LONGEST_NS, 3);
    private final Histogram held = new Histogram(LONGEST_NS, 3);
    private volatile boolean done;

    private ExpiryDelayMeasurement() {}

    public static void main(String[] args) throws Exception {
        ExpiryDelayMeasurement measurement = new ExpiryDelayMeasurement();
        System.out.println("                        |       median |       99.9 % |      99.99 % |      longest");
        measurement.run("warming up", 0, true);
        measurement.run("nothing expires", VIPD_NAP_NS, false);
        measurement.run("expiry, vipd's pace", VIPD_NAP_NS, true);
        measurement.run("nothing expires", 0, false);
        measurement.run("expiry without a pause", 0, true);
        measurement.table.close();
    }

    private void run(String what, long napNs, boolean expires) throws InterruptedException {
        fill();
        delays.reset();
        held.reset();
        done = false;
        Thread worker = new Thread(this::work);
        worker.start();
        long nowMs = expires ? NOW_MS + 1_000_000 : NOW_MS;
        Thread expiry = new Thread(() -> expire(nowMs, napNs, expires));
        expiry.start();
        expiry.join();
        done = true;
        worker.join();
        print(what + ": delay", delays);
        if (expires) {
            print("  segment held, cpu", held);
        }
    }

    /** Live flows were seen just now, and are never idle. */
    private void fill() {
        FlowKey key = new FlowKey();
        FlowRecord flow = new FlowRecord();
        for (int i = 0; i < LIVE; i++) {
            table.put(Keys.setIpv4(key, i, 1), flow.set(1, FlowState.ESTABLISHED, NOW_MS + 1_000_000));
        }
        for (int i = 0; i < FLOWS; i++) {
            table.put(Keys.setIpv4(key, i, 2), flow.set(2, FlowState.UDP, NOW_MS));
        }
    }

    private void work() {
        FlowKey key = new FlowKey();
        FlowRecord flow = new FlowRecord();
        SplittableRandom random = new SplittableRandom(1);
        while (!done) {
            Keys.setIpv4(key, random.nextInt(LIVE), 1);
            long startNs = System.nanoTime();
            if (!table.find(key, flow) || !table.update(key, flow.set(1, FlowState.ESTABLISHED, NOW_MS, 1, 100))) {
                throw new IllegalStateException("a live flow is gone");
            }
            delays.recordValue(Math.min(LONGEST_NS, System.nanoTime() - startNs));
        }
    }

    /** Where nothing is to expire nobody looks, for about as long. */
    private void expire(long nowMs, long napNs, boolean expires) {
        for (int step = 0; step < table.expirySteps(); step++) {
            if (expires) {
                long startNs = THREADS.getCurrentThreadCpuTime();
                table.expireNext(nowMs, id -> FlowTimeouts.DEFAULT);
                held.recordValue(THREADS.getCurrentThreadCpuTime() - startNs);
            }
            LockSupport.parkNanos(expires ? napNs : Math.max(napNs, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }

    private static void print(String what, Histogram ns) {
        System.out.printf(
                Locale.ROOT,
                "%-23s | %9.1f µs | %9.1f µs | %9.1f µs | %9.1f µs%n",
                what,
                ns.getValueAtPercentile(50) / 1e3,
                ns.getValueAtPercentile(99.9) / 1e3,
                ns.getValueAtPercentile(99.99) / 1e3,
                ns.getMaxValue() / 1e3);
    }
}
