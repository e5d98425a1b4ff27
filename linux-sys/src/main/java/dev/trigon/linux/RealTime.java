package dev.trigon.linux;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;

/**
 * The wall clock, as the kernel stamps frames with it, to the nanosecond and without allocation. For one thread.
 *
 * <pre>
 * struct timespec {      // bits/types/struct_timespec.h; LP64
 *     time_t tv_sec;     // 0
 *     long   tv_nsec;    // 8
 * };
 * </pre>
 */
public final class RealTime {
    private static final int CLOCK_REALTIME = 0;
    private static final int SEC_OFFSET = 0;
    private static final int NSEC_OFFSET = Long.BYTES;
    private static final int TIMESPEC_LENGTH = 2 * Long.BYTES;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final NativeMemory timespec = NativeMemory.allocate(TIMESPEC_LENGTH);

    public long ns() {
        LibC.clock_gettime(CLOCK_REALTIME, timespec.address());
        return timespec.buffer().getLong(SEC_OFFSET) * NS_PER_SECOND
                + timespec.buffer().getLong(NSEC_OFFSET);
    }
}
