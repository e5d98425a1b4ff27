package dev.trigon.dataplane.port;

/** One interface's frames, in batches. A worker owns its port; only {@link #wake} is for other threads. */
public interface PacketPort extends AutoCloseable {
    /** A batch for {@link #receive}: of this port's own memory, if its frames are to be moved as little as possible. */
    default Batch newBatch(int capacity) {
        return new Batch(capacity, Batch.LARGEST_FRAME);
    }

    /**
     * Adds frames that have arrived, as many as there are and fit. Returns at once. What the last one brought may be gone then.
     */
    void receive(Batch batch);

    /** Sends every frame that leaves, whole or in segments, and notes an errno at each that the kernel refused. */
    void transmit(Batch batch);

    /** Sleeps until a frame arrives, somebody wakes the port or the time is over. */
    void await(int timeoutMs);

    void wake();

    /** From now on brings in what is wanted, and no more than there is reason to. */
    void steer(Steering wanted);

    /** Frames that arrived but found no room, since the port was opened. */
    long kernelDrops();

    @Override
    void close();
}
