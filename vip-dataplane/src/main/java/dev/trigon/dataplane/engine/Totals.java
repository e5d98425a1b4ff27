package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.control.DataPath;
import dev.trigon.dataplane.forward.Counters.Reading;
import dev.trigon.dataplane.forward.DropReason;
import dev.trigon.dataplane.forward.Observed;
import dev.trigon.dataplane.forward.Verdict;
import dev.trigon.dataplane.health.path.Passage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all workers have counted, in one place. */
record Totals(Crew crew) {
    private static final Logger LOG = LoggerFactory.getLogger(Totals.class);

    /** With what is counted elsewhere: flows that had to make room, whether the state directory is well, and what checks sent. */
    DataPath.Counters counters(long flowsReclaimed, boolean stateIsWell, ToLongFunction<Passage> ofChecks) {
        Reading sum = crew.counted();
        Map<String, Long> dropped = new LinkedHashMap<>();
        for (DropReason reason : DropReason.values()) {
            dropped.put(reason.label(), sum.of(reason));
        }
        Map<String, Long> other = new LinkedHashMap<>();
        for (Observed what : Observed.values()) {
            other.put(what.label(), sum.of(what));
        }
        other.put(Observed.FLOWS_RECLAIMED.label(), flowsReclaimed);
        other.put(Observed.STATE_FAULT.label(), stateIsWell ? 0L : 1L);
        for (Passage passage : Passage.values()) {
            other.put(passage.label(), ofChecks.applyAsLong(passage));
        }
        return new DataPath.Counters(
                sum.received(),
                sum.of(Verdict.FORWARDED),
                sum.of(Verdict.ANSWERED),
                sum.of(Verdict.PASSED),
                sum.of(Verdict.WAITING),
                dropped,
                other);
    }

    /** The last word on what became of packets: nobody can ask for it any more. */
    void tell() {
        Reading total = crew.counted();
        LOG.info(
                "packets since the start: {} received, {} forwarded, {} answered, {} passed, {} waiting, {} dropped",
                total.received(),
                total.of(Verdict.FORWARDED),
                total.of(Verdict.ANSWERED),
                total.of(Verdict.PASSED),
                total.of(Verdict.WAITING),
                total.of(Verdict.DROPPED));
    }
}
