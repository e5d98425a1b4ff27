package dev.trigon.linux;

import dev.trigon.linux.libc.LibC;
import dev.trigon.linux.libc.NativeMemory;
import java.nio.ByteBuffer;

/**
 * What the kernel knows of how right its time of day is: whoever synchronises it, NTP or another, tells it so (adjtimex(2)).
 *
 * <pre>
 * struct timex {                          // sys/timex.h; LP64
 *     unsigned int modes;                 //  0: 0 changes nothing
 *     long         offset, freq;          //  8, 16
 *     long         maxerror;              // 24: µs
 *     long         esterror;              // 32
 *     int          status;                // 40: STA_*
 *     …
 * };                                      // 208 octets
 * </pre>
 */
public final class KernelClock {
    private static final int MAXERROR_OFFSET = 24;
    private static final int STATUS_OFFSET = 40;
    private static final int TIMEX_LENGTH = 208;
    private static final int STA_UNSYNC = 0x0040;

    private KernelClock() {}

    /**
     * The clock at one moment.
     *
     * @param maxErrorUs how far it may be off, as far as the kernel knows
     */
    public record Reading(boolean synchronised, long maxErrorUs) {}

    public static Reading read() {
        NativeMemory timex = NativeMemory.allocate(TIMEX_LENGTH);
        if (LibC.adjtimex(timex.address()) < 0) {
            throw new LinuxException("adjtimex(modes 0)", LibC.errno());
        }
        ByteBuffer read = timex.buffer();
        return new Reading((read.getInt(STATUS_OFFSET) & STA_UNSYNC) == 0, read.getLong(MAXERROR_OFFSET));
    }
}
