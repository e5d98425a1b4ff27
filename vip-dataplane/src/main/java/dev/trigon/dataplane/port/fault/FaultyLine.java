package dev.trigon.dataplane.port.fault;

import dev.trigon.dataplane.port.Batch;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One direction: frames are offered and taken, with faults in between. What is to happen to a frame is drawn when it is
 * offered, always as many draws, so that the choices depend on the seed and on how many came before it, and on no clock.
 *
 * <p>A frame to be reordered is put aside when its turn comes, and comes again when one to three others have gone ahead of
 * it, or after {@link #LONGEST_ASIDE_NS} if none comes.
 */
final class FaultyLine {
    static final long LONGEST_ASIDE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Frames put aside at once; what finds no place keeps its turn. */
    private static final int ASIDE = 16;

    private static final int MOST_AHEAD = 3;

    private final Faults faults;
    private final long delayNs;
    private final SplittableRandom random;
    private final DelayLine line = new DelayLine();
    private final byte[][] aside = new byte[ASIDE][Batch.LARGEST_FRAME];
    private final DelayLine.Frame[] asideFrames = new DelayLine.Frame[ASIDE];
    private final boolean[] isAside = new boolean[ASIDE];
    private int asideCount;
    private int takenOrigin = -1;

    private long offered;
    private long lost;
    private long duplicated;
    private long reordered;
    private long corrupted;
    private long overrun;
    private long delivered;

    FaultyLine(Faults faults, long seed) {
        this.faults = faults;
        this.delayNs = faults.delay().toNanos();
        this.random = new SplittableRandom(seed);
        for (int i = 0; i < ASIDE; i++) {
            asideFrames[i] = new DelayLine.Frame();
        }
    }

    /** Whether the next frame would be taken up. */
    boolean hasRoom() {
        return line.hasRoomForTwo();
    }

    /** @param origin what {@link #takenOrigin} is to say when it is taken */
    void offer(Batch from, int frame, int origin, long nowNs) {
        offered++;
        boolean lose = random.nextDouble() < faults.loss();
        boolean twice = random.nextDouble() < faults.duplicate();
        boolean later = random.nextDouble() < faults.reorder();
        boolean flip = random.nextDouble() < faults.corrupt();
        int ahead = 1 + random.nextInt(MOST_AHEAD);
        int bit = random.nextInt(Integer.MAX_VALUE);
        if (lose) {
            lost++;
            return;
        }
        if (!hasRoom()) {
            overrun++;
            return;
        }
        add(from, frame, origin, nowNs, later ? ahead : 0);
        if (flip && from.length(frame) > 0) {
            line.flip(bit % (from.length(frame) * Byte.SIZE));
            corrupted++;
        }
        if (twice) {
            add(from, frame, -1, nowNs, 0);
            duplicated++;
        }
    }

    private void add(Batch from, int frame, int origin, long nowNs, int behind) {
        DelayLine.Frame added = line.add(from, frame);
        added.origin = origin;
        added.behind = behind;
        added.dueNs = nowNs + delayNs;
    }

    /** Adds the next frame that is due to a batch that has room for it. False if none is. */
    boolean take(Batch into, long nowNs) {
        int returning = returning(nowNs);
        if (returning >= 0) {
            isAside[returning] = false;
            asideCount--;
            append(into, aside[returning], 0, asideFrames[returning]);
            return true;
        }
        while (!line.isEmpty() && line.first().dueNs - nowNs <= 0) {
            boolean stays = line.first().behind > 0 && asideCount < ASIDE;
            if (stays) {
                putAside(nowNs);
            } else {
                append(into, line.octets(), line.firstAt(), line.first());
            }
            line.removeFirst();
            if (!stays) {
                goneAhead();
                return true;
            }
        }
        return false;
    }

    private int returning(long nowNs) {
        for (int i = 0; asideCount > 0 && i < ASIDE; i++) {
            if (isAside[i] && (asideFrames[i].behind <= 0 || asideFrames[i].dueNs - nowNs <= 0)) {
                return i;
            }
        }
        return -1;
    }

    private void putAside(long nowNs) {
        int place = 0;
        while (isAside[place]) {
            place++;
        }
        DelayLine.Frame frame = line.first();
        asideFrames[place].copy(frame);
        asideFrames[place].dueNs = nowNs + LONGEST_ASIDE_NS;
        System.arraycopy(line.octets(), line.firstAt(), aside[place], 0, frame.length);
        isAside[place] = true;
        asideCount++;
        reordered++;
    }

    private void goneAhead() {
        for (int i = 0; asideCount > 0 && i < ASIDE; i++) {
            if (isAside[i]) {
                asideFrames[i].behind--;
            }
        }
    }

    private void append(Batch into, byte[] octets, int at, DelayLine.Frame frame) {
        int length = Math.min(frame.length, into.frameCapacity());
        int number = into.add(length, frame.cut || length < frame.length);
        into.frames().put(into.at(number), octets, at, length);
        if (frame.segment == Batch.WHOLE) {
            into.send(number, frame.egress);
        } else {
            into.sendSegmented(number, frame.egress, frame.segment);
        }
        takenOrigin = frame.origin;
        delivered++;
    }

    /** Of the frame that was taken last: as it was offered, or -1 for a duplicate and for what came in an earlier batch. */
    int takenOrigin() {
        return takenOrigin;
    }

    void forgetOrigins() {
        line.forgetOrigins();
        for (DelayLine.Frame frame : asideFrames) {
            frame.origin = -1;
        }
    }

    /** How long until {@link #take} may have a frame, or {@link Long#MAX_VALUE}: it has none. */
    long untilDueNs(long nowNs) {
        long untilNs = line.isEmpty() ? Long.MAX_VALUE : line.first().dueNs - nowNs;
        for (int i = 0; asideCount > 0 && i < ASIDE; i++) {
            if (isAside[i]) {
                untilNs = Math.min(untilNs, asideFrames[i].behind <= 0 ? 0 : asideFrames[i].dueNs - nowNs);
            }
        }
        return Math.max(0, untilNs);
    }

    Tally tally() {
        return new Tally(
                offered, lost, duplicated, reordered, corrupted, overrun, delivered, line.count() + (long) asideCount);
    }
}
