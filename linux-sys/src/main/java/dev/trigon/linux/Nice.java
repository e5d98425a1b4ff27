package dev.trigon.linux;

import dev.trigon.linux.libc.LibC;

/** How much of a CPU the calling thread gets beside others that want it too: setpriority(2), which Linux has by thread. */
public final class Nice {
    /** The most, and the least. */
    public static final int MOST = -20;

    public static final int LEAST = 19;

    private static final int PRIO_PROCESS = 0;

    private Nice() {}

    /** Sets it for the calling thread. EACCES: more than it has, and without CAP_SYS_NICE. */
    public static void set(int nice) {
        if (nice < MOST || nice > LEAST) {
            throw new IllegalArgumentException("nice " + nice);
        }
        if (LibC.setpriority(PRIO_PROCESS, 0, nice) < 0) {
            throw new LinuxException("setpriority(PRIO_PROCESS, 0, " + nice + ")", LibC.errno());
        }
    }
}
