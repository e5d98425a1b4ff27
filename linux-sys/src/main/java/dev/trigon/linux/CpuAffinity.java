package dev.trigon.linux;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.util.BitSet;

/**
 * Which CPUs the calling thread may run on: sched_setaffinity(2) and sched_getaffinity(2).
 *
 * <pre>
 * typedef struct {                                 // sched.h
 *     unsigned long __bits[1024 / 64];             // CPU n is bit n % 64 of word n / 64
 * } cpu_set_t;
 * </pre>
 *
 * The kernel takes longer masks as well, and has to be asked with one that has room for every CPU it could have.
 */
public final class CpuAffinity {
    /** Linux is built for 8,192 CPUs at most. */
    private static final int MAX_CPUS = 8_192;

    private static final int MASK_LENGTH = MAX_CPUS / Byte.SIZE;

    private CpuAffinity() {}

    /** The CPUs that the calling thread may run on: as it was told, and as its cpuset allows. */
    public static BitSet allowed() {
        NativeMemory mask = NativeMemory.allocate(MASK_LENGTH);
        if (LibC.sched_getaffinity(0, MASK_LENGTH, mask.address()) < 0) {
            throw new LinuxException("sched_getaffinity(0)", LibC.errno());
        }
        return BitSet.valueOf(mask.buffer());
    }

    /** Has the calling thread run on this CPU alone from now on. EINVAL: there is none of that number, or it may not. */
    public static void pin(int cpu) {
        if (cpu < 0 || cpu >= MAX_CPUS) {
            throw new IllegalArgumentException("CPU " + cpu);
        }
        NativeMemory mask = NativeMemory.allocate(MASK_LENGTH);
        int word = cpu / Long.SIZE * Long.BYTES;
        mask.buffer().putLong(word, 1L << cpu);
        if (LibC.sched_setaffinity(0, MASK_LENGTH, mask.address()) < 0) {
            throw new LinuxException("sched_setaffinity(0, CPU " + cpu + ")", LibC.errno());
        }
    }
}
