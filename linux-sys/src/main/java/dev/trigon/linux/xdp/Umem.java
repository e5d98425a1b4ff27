package dev.trigon.linux.xdp;

import dev.trigon.linux.libc.NativeMemory;

/**
 * The memory that frames of AF_XDP sockets lie in: chunks of one size, a power of two, each with room for a frame behind the
 * headroom that an XDP program may want. Sockets of several interfaces may share it: a frame that came in by one then leaves by
 * another where it lies.
 *
 * <p>Behind the chunks there is room for what the owner has use for in the same block; the kernel knows nothing of it.
 */
public final class Umem {
    /** Chunks are no longer than a page, nor shorter (XDP_UMEM_MIN_CHUNK_SIZE, net/xdp/xdp_umem.c). */
    public static final int MIN_CHUNK_OCTETS = 2_048;

    public static final int MAX_CHUNK_OCTETS = 4_096;
    /** What the kernel leaves free in front of a frame that arrives (XDP_PACKET_HEADROOM, linux/bpf.h). */
    public static final int HEADROOM = 256;

    private static final int PAGE = 4_096;

    private final NativeMemory memory;
    private final int chunks;
    private final int chunkShift;

    private Umem(NativeMemory memory, int chunks, int chunkShift) {
        this.memory = memory;
        this.chunks = chunks;
        this.chunkShift = chunkShift;
    }

    /**
     * Makes room for frames of up to so many octets; a longer one does not fit.
     *
     * @param chunks how many frames there are at most
     * @param extraOctets behind the chunks
     */
    public static Umem allocate(int frameOctets, int chunks, int extraOctets) {
        int chunkOctets = frameOctets + HEADROOM <= MIN_CHUNK_OCTETS ? MIN_CHUNK_OCTETS : MAX_CHUNK_OCTETS;
        NativeMemory memory = NativeMemory.allocateAligned(chunks * chunkOctets + extraOctets, PAGE);
        return new Umem(memory, chunks, Integer.numberOfTrailingZeros(chunkOctets));
    }

    public NativeMemory memory() {
        return memory;
    }

    public int chunks() {
        return chunks;
    }

    public int chunkOctets() {
        return 1 << chunkShift;
    }

    /** All chunks. */
    public int octets() {
        return chunks << chunkShift;
    }

    /** The longest frame that fits into a chunk. */
    public int roomOctets() {
        return chunkOctets() - HEADROOM;
    }

    /** The chunk that an address in the memory belongs to. */
    public int chunkOf(long at) {
        return (int) (at >>> chunkShift);
    }

    /** Where a chunk begins. */
    public int at(int chunk) {
        return chunk << chunkShift;
    }
}
