package dev.trigon.bench;

import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.packet.FrameSender;
import java.net.InetAddress;

/** Sends frames of so many flows, each in turn: as fast as it can, or so many a second. One thread. */
final class Load implements AutoCloseable {
    /** A rate that no sender reaches. */
    static final double UNLIMITED = 1e12;
    /** Each frame is a flow that was not there before. */
    static final int ALWAYS_NEW = 0;

    private static final int BATCH = 64;
    private static final int MOST_BEHIND = 2 * BATCH;
    private static final double NS_PER_SECOND = 1e9;

    private final UdpFrames frames;
    private final int count;
    private final boolean alwaysNew;
    private final int ifIndex;
    private final FrameSender sender = FrameSender.open(BATCH);
    private final int[] errnos = new int[BATCH];
    private int next;
    private int nextFlow;

    Load(int flows, Link link, long destinationMac, InetAddress to, int port) {
        this.alwaysNew = flows == ALWAYS_NEW;
        this.count = alwaysNew ? BATCH : flows;
        this.frames = new UdpFrames(count, link, destinationMac, to, port);
        this.ifIndex = link.index();
    }

    /**
     * Sends for so long. A limited rate is kept by sending what is due, so the bursts are as short as the sender is fast.
     *
     * @param between run after each burst, in this thread
     */
    void send(double perSecond, long durationNs, Runnable between) {
        long beganNs = System.nanoTime();
        long sent = 0;
        long passedNs = 0;
        while (passedNs < durationNs) {
            long due = (long) (passedNs * perSecond / NS_PER_SECOND) - sent;
            if (due > MOST_BEHIND) {
                // too fast for this sender, or it was held up: what was missed is not made up for by a burst, which the
                // receiver would be blamed for
                sent += due - BATCH;
                due = BATCH;
            }
            int burst = (int) Math.min(due, BATCH);
            for (int i = 0; i < burst; i++) {
                queue();
            }
            if (burst > 0) {
                sender.flush(errnos);
                sent += burst;
            }
            between.run();
            passedNs = System.nanoTime() - beganNs;
        }
    }

    private void queue() {
        if (alwaysNew) {
            frames.flow(next, nextFlow++);
        }
        sender.queue(frames.address(next), UdpFrames.LENGTH, ifIndex);
        next = next + 1 == count ? 0 : next + 1;
    }

    @Override
    public void close() {
        sender.close();
    }
}
