package dev.trigon.dataplane.health;

import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is to be done, and when. One thread. */
final class Timers {
    private static final int MANY_CANCELLED = 1_024;

    /** By the difference, since a clock of nanoseconds may wrap. */
    private final PriorityQueue<Timer> queue = new PriorityQueue<>((one, other) -> Long.signum(one.atNs - other.atNs));

    private int cancelled;

    /** Something to be done once. */
    final class Timer {
        private final long atNs;
        private @Nullable Runnable task;

        private Timer(long atNs, Runnable task) {
            this.atNs = atNs;
            this.task = task;
        }

        /** It stays in the queue until its time, or until many are such. */
        void cancel() {
            if (task != null) {
                task = null;
                cancelled++;
                if (cancelled > MANY_CANCELLED && cancelled > queue.size() / 2) {
                    queue.removeIf(timer -> timer.task == null);
                    cancelled = 0;
                }
            }
        }
    }

    Timer at(long atNs, Runnable task) {
        Timer timer = new Timer(atNs, task);
        queue.add(timer);
        return timer;
    }

    /** How long until there is something to do; 0: at once; -1: for ever. */
    long waitMs(long nowNs) {
        Timer first = queue.peek();
        if (first == null) {
            return -1;
        }
        long leftNs = first.atNs - nowNs;
        return leftNs <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(leftNs) + 1;
    }

    /** Takes what is due and was not cancelled, the earliest first; null: nothing is. */
    @Nullable
    Runnable due(long nowNs) {
        for (Timer first = queue.peek(); first != null && first.atNs - nowNs <= 0; first = queue.peek()) {
            queue.remove();
            Runnable task = first.task;
            if (task != null) {
                first.task = null;
                return task;
            }
            cancelled--;
        }
        return null;
    }

    int size() {
        return queue.size();
    }
}
