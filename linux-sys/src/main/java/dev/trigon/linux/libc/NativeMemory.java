package dev.trigon.linux.libc;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory that the kernel and Java both see: a direct buffer and the address it has. */
public final class NativeMemory {
    private final ByteBuffer buffer;
    private final long address;

    private NativeMemory(ByteBuffer buffer) {
        this.buffer = buffer;
        this.address = Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
    }

    /** Zeroed memory in the machine's byte order, as the kernel's own structures are; freed when it becomes unreachable. */
    public static NativeMemory allocate(int octets) {
        return new NativeMemory(ByteBuffer.allocateDirect(octets).order(ByteOrder.nativeOrder()));
    }

    /** The same, beginning at a multiple of so many octets, a power of two. */
    public static NativeMemory allocateAligned(int octets, int alignment) {
        ByteBuffer aligned = ByteBuffer.allocateDirect(octets + alignment).alignedSlice(alignment);
        return new NativeMemory(aligned.slice(0, octets).order(ByteOrder.nativeOrder()));
    }

    /** Foreign memory, which stays the owner's: nothing checks that the owner still has it. */
    public static ByteBuffer view(long address, int octets) {
        return new Pointer(address).getByteBuffer(0, octets).order(ByteOrder.nativeOrder());
    }

    public ByteBuffer buffer() {
        return buffer;
    }

    public long address() {
        return address;
    }
}
