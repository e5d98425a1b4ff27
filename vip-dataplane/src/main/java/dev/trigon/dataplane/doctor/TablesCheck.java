package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.doctor.Gateway.Fill;
import java.util.List;
import java.util.Locale;

/** Whether there is room for what is remembered of flows and clients. */
final class TablesCheck implements Check {
    private static final double MOST = 0.9;

    @Override
    public String name() {
        return "tables";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        Gateway gateway = patient.gateway();
        look(
                "flow table",
                new Fill(gateway.dataPath().activeFlows(), gateway.dataPath().maxFlows()),
                "new flows are placed by hash alone, and may change their server when backends change",
                "flows: {max: N} in vipd.yaml; vipctl flows count --by service says whose they are",
                found);
        look(
                "affinity table",
                gateway.clients(),
                "new clients are not remembered: they may meet another server each time",
                "flows: {maxAffinities: N} in vipd.yaml, or a shorter affinity",
                found);
        return found.all();
    }

    private static void look(String table, Fill fill, String consequence, String remedy, Findings found) {
        String seen = String.format(Locale.ROOT, "%,d of at most %,d", fill.active(), fill.max());
        if (fill.active() > MOST * fill.max()) {
            found.wrong(table, seen, consequence, Remedy.byHand(remedy));
        } else {
            found.well(table, seen);
        }
    }
}
