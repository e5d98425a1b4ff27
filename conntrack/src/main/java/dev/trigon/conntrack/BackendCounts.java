package dev.trigon.conntrack;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many flows name each backend. Any thread counts without a lock, and without allocating once a backend is known.
 * Backends are few and their ids stay theirs, so an id once seen is kept.
 *
 * <p>Open addressing over counters that never move: readers probe the array they find, whoever meets a new id adds to it
 * under the lock and publishes a longer array once it is half full.
 */
final class BackendCounts {
    private static final int FIRST_LENGTH = 64;

    private volatile AtomicReferenceArray<Counter> counters = new AtomicReferenceArray<>(FIRST_LENGTH);
    private int known;

    void add(int backendId, long flows) {
        Counter counter = find(counters, backendId);
        (counter == null ? learn(backendId) : counter).add(flows);
    }

    void addAll(BackendCounts others) {
        AtomicReferenceArray<Counter> from = others.counters;
        for (int i = 0; i < from.length(); i++) {
            Counter counter = from.get(i);
            if (counter != null) {
                add(counter.backendId, counter.flows);
            }
        }
    }

    long get(int backendId) {
        Counter counter = find(counters, backendId);
        return counter == null ? 0 : counter.flows;
    }

    /** The count of one backend, to be held and read as often as anybody likes: a read is one field's. */
    LongSupplier of(int backendId) {
        Counter counter = find(counters, backendId);
        return counter == null ? learn(backendId) : counter;
    }

    /** The highest id that was ever seen or asked for by {@link #of}; 0: none was. */
    int highest() {
        AtomicReferenceArray<Counter> present = counters;
        int highest = 0;
        for (int i = 0; i < present.length(); i++) {
            Counter counter = present.get(i);
            highest = counter == null ? highest : Math.max(highest, counter.backendId);
        }
        return highest;
    }

    private static @Nullable Counter find(AtomicReferenceArray<Counter> counters, int backendId) {
        return counters.get(slot(counters, backendId));
    }

    /** Where the id is, or where it would be. */
    private static int slot(AtomicReferenceArray<Counter> counters, int backendId) {
        int mask = counters.length() - 1;
        int slot = (int) FlowKey.mix(backendId) & mask;
        while (true) {
            Counter counter = counters.get(slot);
            if (counter == null || counter.backendId == backendId) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    private synchronized Counter learn(int backendId) {
        AtomicReferenceArray<Counter> present = counters;
        Counter counter = find(present, backendId);
        if (counter != null) {
            return counter;
        }
        counter = new Counter(backendId);
        if (2 * (known + 1) > present.length()) {
            present = longer(present);
        }
        present.set(slot(present, backendId), counter);
        known++;
        counters = present;
        return counter;
    }

    private static AtomicReferenceArray<Counter> longer(AtomicReferenceArray<Counter> counters) {
        AtomicReferenceArray<Counter> longer = new AtomicReferenceArray<>(2 * counters.length());
        for (int i = 0; i < counters.length(); i++) {
            Counter counter = counters.get(i);
            if (counter != null) {
                longer.set(slot(longer, counter.backendId), counter);
            }
        }
        return longer;
    }

    private static final class Counter implements LongSupplier {
        private static final AtomicLongFieldUpdater<Counter> FLOWS =
                AtomicLongFieldUpdater.newUpdater(Counter.class, "flows");

        final int backendId;
        volatile long flows;

        Counter(int backendId) {
            this.backendId = backendId;
        }

        void add(long more) {
            FLOWS.addAndGet(this, more);
        }

        @Override
        public long getAsLong() {
            return flows;
        }
    }
}
