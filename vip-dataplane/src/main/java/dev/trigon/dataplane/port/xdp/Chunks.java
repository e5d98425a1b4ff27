package dev.trigon.dataplane.port.xdp;

/**
 * Who has which chunk of the memory: nobody, the kernel to receive into, a batch, or an interface that sends it. A chunk that is
 * given back twice would be two frames at once, so each says itself where it is.
 */
final class Chunks {
    static final byte FREE = 0;
    /** The kernel may write a frame that arrives into it. */
    static final byte RECEIVES = 1;
    /** It has a frame that is being decided. */
    static final byte IN_BATCH = 2;
    /** From here on: the interface that sends it. */
    static final byte FIRST_SENDER = 3;

    private final byte[] owner;
    private final int[] free;
    private final int[] inBatch;
    private int freeCount;
    private int inBatchCount;

    Chunks(int count, int batchCapacity) {
        owner = new byte[count];
        free = new int[count];
        inBatch = new int[batchCapacity];
        freeCount = count;
        for (int chunk = 0; chunk < count; chunk++) {
            free[chunk] = count - 1 - chunk;
        }
    }

    int freeCount() {
        return freeCount;
    }

    /** The one that was given back last: it is in the processor's cache, if any is. There must be one. */
    int take(byte newOwner) {
        int chunk = free[--freeCount];
        owner[chunk] = newOwner;
        return chunk;
    }

    /** A frame has arrived in it. */
    void arrived(int chunk) {
        owner[chunk] = IN_BATCH;
        inBatch[inBatchCount++] = chunk;
    }

    /** It is sent from where it is. */
    void leaves(int chunk, byte sender) {
        owner[chunk] = sender;
    }

    /** The batch is done with: what it did not send is free. */
    void batchEnds() {
        for (int i = 0; i < inBatchCount; i++) {
            if (owner[inBatch[i]] == IN_BATCH) {
                give(inBatch[i]);
            }
        }
        inBatchCount = 0;
    }

    void give(int chunk) {
        owner[chunk] = FREE;
        free[freeCount++] = chunk;
    }

    /** A sender has been closed, and sends nothing more. */
    void senderIsGone(byte sender) {
        for (int chunk = 0; chunk < owner.length; chunk++) {
            if (owner[chunk] == sender) {
                give(chunk);
            }
        }
    }

    /** How many chunks an owner has. */
    int count(byte ofOwner) {
        int count = 0;
        for (byte one : owner) {
            count += one == ofOwner ? 1 : 0;
        }
        return count;
    }
}
