package dev.trigon.bench;

import dev.trigon.linux.RealTime;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.packet.FrameSender;
import java.net.InetAddress;
import org.HdrHistogram.Histogram;

/**
 * Frames that are sent among the load, now and then, and timed: from before the system call that sends one to when the
 * kernel has it back. Run between the load's bursts, in its thread.
 */
final class Probes implements Runnable, AutoCloseable {
    private static final int SLOTS = 1 << 12;
    private static final long EVERY_NS = 500_000;
    private static final long LOOK_EVERY_NS = 200_000;
    private static final long LONGEST_NS = 10_000_000_000L;
    private static final int DIGITS = 3;

    private final UdpFrames frames;
    private final int ifIndex;
    private final FrameSender sender = FrameSender.open(1);
    private final ProbeReceiver receiver;
    private final RealTime clock = new RealTime();
    private final int[] errno = new int[1];
    private final long[] sentNs = new long[SLOTS];
    private Histogram roundTrips = new Histogram(LONGEST_NS, DIGITS);
    private int sent;
    private int counted;
    private int first;
    private long probedNs;
    private long lookedNs;

    Probes(Link link, Link arrives, long destinationMac, InetAddress to, int port) {
        this.frames = new UdpFrames(1, link, destinationMac, to, port);
        this.ifIndex = link.index();
        this.receiver = ProbeReceiver.open(arrives);
    }

    @Override
    public void run() {
        long nowNs = System.nanoTime();
        if (nowNs - probedNs >= EVERY_NS) {
            probedNs = nowNs;
            probe();
        }
        if (nowNs - lookedNs >= LOOK_EVERY_NS) {
            lookedNs = nowNs;
            collect();
        }
    }

    private void probe() {
        int number = sent++;
        frames.number(0, number);
        sender.queue(frames.address(0), UdpFrames.LENGTH, ifIndex);
        sentNs[number % SLOTS] = clock.ns();
        sender.flush(errno);
    }

    private void collect() {
        while (receiver.next()) {
            int number = receiver.number();
            if (number >= first && number < sent && sent - number < SLOTS) {
                long ns = receiver.arrivedNs() - sentNs[number % SLOTS];
                roundTrips.recordValue(Math.min(Math.max(ns, 0), LONGEST_NS));
                counted++;
            }
        }
    }

    /** Forgets what has been measured; what is on its way still will not count. */
    void begin() {
        collect();
        first = sent;
        counted = 0;
        roundTrips = new Histogram(LONGEST_NS, DIGITS);
    }

    /** Nanoseconds there and back. */
    Histogram roundTrips() {
        collect();
        return roundTrips;
    }

    int lost() {
        return sent - first - counted;
    }

    @Override
    public void close() {
        sender.close();
        receiver.close();
    }
}
