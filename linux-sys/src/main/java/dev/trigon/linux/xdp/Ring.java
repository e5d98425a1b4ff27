package dev.trigon.linux.xdp;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One of a socket's four rings, mapped: two counters that only ever grow, a word of flags, and 2^n entries, which are
 *
 * <pre>
 * struct xdp_desc {      // linux/if_xdp.h: of frames that came in and that go out
 *     __u64 addr;        //  0
 *     __u32 len;         //  8
 *     __u32 options;     // 12
 * };
 * </pre>
 *
 * <p>or, where chunks change hands, a __u64 address each. Each side writes one counter and reads the other, which is in another
 * processor's cache: so it is read only when what was seen of it last does not suffice.
 */
abstract class Ring {
    static final int DESC_ADDR_OFFSET = 0;
    static final int DESC_LEN_OFFSET = 8;
    static final int DESC_OPTIONS_OFFSET = 12;
    static final int DESC_LENGTH = 16;
    static final int ADDRESS_LENGTH = 8;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    /** Where mmap put it, and where in it things are: struct xdp_ring_offset. */
    record Mapping(long address, long octets, int producerAt, int consumerAt, int descAt, int flagsAt) {}

    final ByteBuffer memory;
    final int size;
    private final Mapping mapping;
    private final int mask;
    private final int entryShift;
    private boolean closed;

    Ring(Mapping mapping, int size, int entryOctets) {
        this.mapping = mapping;
        this.memory = NativeMemory.view(mapping.address, (int) mapping.octets);
        this.size = size;
        this.mask = size - 1;
        this.entryShift = Integer.numberOfTrailingZeros(entryOctets);
    }

    public final int size() {
        return size;
    }

    /** Where the entry is that the counter's value stands for. */
    final int entryAt(int index) {
        return mapping.descAt + ((index & mask) << entryShift);
    }

    final int producerAcquire() {
        return (int) INT.getAcquire(memory, mapping.producerAt);
    }

    final void producerRelease(int value) {
        INT.setRelease(memory, mapping.producerAt, value);
    }

    final int consumerAcquire() {
        return (int) INT.getAcquire(memory, mapping.consumerAt);
    }

    final void consumerRelease(int value) {
        INT.setRelease(memory, mapping.consumerAt, value);
    }

    final int flags() {
        return (int) INT.getOpaque(memory, mapping.flagsAt);
    }

    /** After this nothing may touch the ring: its memory is gone. */
    final void unmap() {
        if (!closed) {
            closed = true;
            LibC.munmap(mapping.address, mapping.octets);
        }
    }
}
