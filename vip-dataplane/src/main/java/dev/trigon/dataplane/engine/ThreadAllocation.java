package dev.trigon.dataplane.engine;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** How much heap threads have allocated since they started: on the packet path it must not grow with the packets. */
final class ThreadAllocation {
    private ThreadAllocation() {}

    static long of(List<Thread> threads) {
        ThreadMXBean beans = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (Thread thread : threads) {
            sum += Math.max(0, beans.getThreadAllocatedBytes(idOf(thread)));
        }
        return sum;
    }

    @SuppressWarnings("deprecation") // threadId() came with Java 19; getId() is final in effect for platform threads
    private static long idOf(Thread thread) {
        return thread.getId();
    }
}
