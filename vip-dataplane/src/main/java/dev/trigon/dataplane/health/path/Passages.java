package dev.trigon.dataplane.health.path;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** How many packets had which passage. Any thread counts, and any thread reads. */
final class Passages {
    /** Filled once, so that threads may share it. */
    private final Map<Passage, LongAdder> counts = new EnumMap<>(Passage.class);

    Passages() {
        for (Passage passage : Passage.values()) {
            counts.put(passage, new LongAdder());
        }
    }

    void count(Passage passage) {
        adder(passage).increment();
    }

    long of(Passage passage) {
        return adder(passage).sum();
    }

    private LongAdder adder(Passage passage) {
        return Objects.requireNonNull(counts.get(passage));
    }
}
