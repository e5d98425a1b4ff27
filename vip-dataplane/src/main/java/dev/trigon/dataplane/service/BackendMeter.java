package dev.trigon.dataplane.service;

import dev.trigon.dataplane.balance.Load;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a backend has been given and what became of handshakes with it, counted by each worker in a place of its own; and its
 * flows. A place has one writer, and is far enough from the next not to share its cache line; a reader sums them.
 */
public final class BackendMeter {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    /** Longs from one worker's place to the next: 128 octets, since caches fetch lines in pairs. */
    private static final int STRIDE = 16;

    private static final int PACKETS = 0;
    private static final int OCTETS = 1;
    private static final int REPEATED = 2;
    private static final int COMPLETED = 3;

    private final long[] cells;
    private final Load load;

    BackendMeter(int workers, Load load) {
        this.cells = new long[workers * STRIDE];
        this.load = load;
    }

    /** What it has of flows, as schedulers see it. */
    Load load() {
        return load;
    }

    /** Only for the worker of that number. */
    public void count(int worker, int octets) {
        int at = worker * STRIDE;
        // opaque: whole longs for the readers, no ordering to pay for
        CELL.setOpaque(cells, at + PACKETS, cells[at + PACKETS] + 1);
        CELL.setOpaque(cells, at + OCTETS, cells[at + OCTETS] + octets);
    }

    /** A client has sent its SYN again: the first was not answered. Only for the worker of that number. */
    public void countRepeated(int worker) {
        increment(worker * STRIDE + REPEATED);
    }

    /** A client has gone on after the server's answer. Only for the worker of that number. */
    public void countCompleted(int worker) {
        increment(worker * STRIDE + COMPLETED);
    }

    private void increment(int at) {
        CELL.setOpaque(cells, at, cells[at] + 1);
    }

    /** Handshakes that clients had to begin again, each time they had to. */
    public long repeated() {
        return sum(REPEATED);
    }

    public long completed() {
        return sum(COMPLETED);
    }

    public long packets() {
        return sum(PACKETS);
    }

    public long octets() {
        return sum(OCTETS);
    }

    private long sum(int field) {
        long sum = 0;
        for (int at = field; at < cells.length; at += STRIDE) {
            sum += (long) CELL.getOpaque(cells, at);
        }
        return sum;
    }
}
