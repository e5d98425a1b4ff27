package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.control.DataPath.Counters;
import java.util.List;
import java.util.Locale;

/** Whether frames arrived that vipd never saw, since it started. */
final class LossCheck implements Check {
    private static final String COUNTER = "capture-drops";
    /** TCP does not notice one of a hundred thousand. */
    private static final double MOST = 1e-5;

    @Override
    public String name() {
        return COUNTER;
    }

    @Override
    public List<Finding> look(Patient patient) {
        Counters counters = patient.gateway().dataPath().counters();
        long lost = counters.other().getOrDefault(COUNTER, 0L);
        double share = lost == 0 ? 0 : (double) lost / (lost + counters.received());
        String seen = String.format(
                Locale.ROOT,
                "%,d lost and %,d received since vipd started: %s",
                lost,
                counters.received(),
                Words.percent(share));
        Findings found = new Findings(name());
        if (share > MOST) {
            found.wrong(
                    "capture",
                    seen,
                    "clients send again and wait; UDP is lost",
                    Remedy.byHand(
                            "give vipd processors of its own (cpus in vipd.yaml), more queues (ethtool -L), or af_xdp:"
                                    + " docs/engines.md; the figure begins anew with vipd"));
        } else {
            found.well("capture", seen);
        }
        return found.all();
    }
}
