package dev.trigon.dataplane.health.path;

import dev.trigon.dataplane.health.CheckPath.Lease;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Which backend a check is of, by its local end. An end is known for some seconds more than its check goes on: what closes the
 * connection is still on its way when the socket is closed. There are no more than open sockets, and those of the last seconds.
 */
final class LocalEnds {
    private static final long LINGER_MS = 5_000;

    private final Map<LocalEnd, Held> held = new ConcurrentHashMap<>();
    /** In the order in which they are to be forgotten. */
    private final Queue<Released> released = new ArrayDeque<>();

    private final LongSupplier clockMs;

    LocalEnds(LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    /** No record: two checks of one backend, one after the other, are not the same. */
    private static final class Held {
        final int backendId;

        Held(int backendId) {
            this.backendId = backendId;
        }
    }

    private record Released(LocalEnd end, Held was, long forgetMs) {}

    /** From now on what comes from this end is for this backend. */
    Lease take(LocalEnd end, int backendId) {
        Held now = new Held(backendId);
        held.put(end, now);
        return () -> release(end, now);
    }

    private void release(LocalEnd end, Held was) {
        synchronized (released) {
            released.add(new Released(end, was, clockMs.getAsLong() + LINGER_MS));
        }
    }

    /** @return 0 for an end of no check; ids are positive */
    int backendOf(LocalEnd end) {
        Held known = held.get(end);
        return known == null ? 0 : known.backendId;
    }

    /** Forgets those that have lingered long enough. */
    void expire() {
        long nowMs = clockMs.getAsLong();
        synchronized (released) {
            while (!released.isEmpty() && released.element().forgetMs - nowMs <= 0) {
                Released one = released.remove();
                // its port may be another check's by now
                held.remove(one.end, one.was);
            }
        }
    }

    int size() {
        return held.size();
    }
}
