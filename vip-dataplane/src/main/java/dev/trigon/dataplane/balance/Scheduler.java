package dev.trigon.dataplane.balance;

/** Chooses among the backends of one service, for a new flow. Built anew whenever the backends change. */
public interface Scheduler {
    int NO_BACKEND = -1;

    /**
     * The place in the list of backends of the one that a new flow gets, or {@link #NO_BACKEND}. Any thread; no
     * allocation, no lock.
     *
     * @param flowHash well mixed, the same for every packet of a flow; where the kind is by client, for all of its client's
     */
    int choose(long flowHash);

    /** What {@link #choose} would answer now, if nobody chose before; changes nothing. */
    int peek(long flowHash);

    /** Whether the answer follows from the flow alone, so that it would be the same on another gateway. */
    boolean isHashing();
}
