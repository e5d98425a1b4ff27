package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.forward.DropReason;
import dev.trigon.dataplane.forward.Observed;
import dev.trigon.dataplane.forward.Verdict;
import dev.trigon.dataplane.health.path.Passage;
import java.util.ArrayList;
import java.util.List;

/** Every counter there is and what it means: what {@code vipctl counters --all} and docs/counters.md say of it. */
final class Glossary {
    /**
     * One counter.
     *
     * @param id as operators see it, in the table and in JSON
     * @param kind sum, verdict, drop reason, observed or check
     * @param name as it is in this code
     */
    record Entry(String id, String kind, String name, String sentence) {}

    private Glossary() {}

    /** In the order in which they are shown. */
    static List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        entries.add(
                new Entry("received", "sum", "RECEIVED", "packets taken from the capture: the sum of all verdicts"));
        for (Verdict verdict : Verdict.values()) {
            entries.add(new Entry(verdict.label(), "verdict", verdict.name(), verdict.sentence()));
        }
        for (DropReason reason : DropReason.values()) {
            entries.add(new Entry(reason.label(), "drop reason", reason.name(), reason.sentence()));
        }
        for (Observed what : Observed.values()) {
            entries.add(new Entry(what.label(), "observed", what.name(), what.sentence()));
        }
        for (Passage passage : Passage.values()) {
            entries.add(new Entry(passage.label(), "check", "Passage." + passage.name(), passage.sentence()));
        }
        return List.copyOf(entries);
    }
}
