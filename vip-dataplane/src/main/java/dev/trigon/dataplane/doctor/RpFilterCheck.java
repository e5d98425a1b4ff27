package dev.trigon.dataplane.doctor;

import dev.trigon.linux.Sysctl;
import java.net.Inet4Address;
import java.util.List;

/** Whether the kernel takes packets of servers that bear an address whose way back is another: the larger setting counts. */
final class RpFilterCheck implements Check {
    private static final int STRICT = 1;

    @Override
    public String name() {
        return "rp-filter";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        if (patient.servers().stream().noneMatch(it -> it.address() instanceof Inet4Address)) {
            return List.of();
        }
        for (String name : patient.serverInterfaces()) {
            Sysctl own = Sysctl.ipv4Interface(name, "rp_filter");
            int ofAll = Settings.number(patient, Sysctl.ipv4Interface("all", "rp_filter"));
            int ofInterface = Settings.number(patient, own);
            String seen = "rp_filter is " + ofAll + " for all and " + ofInterface + " for " + name;
            if (Math.max(ofAll, ofInterface) == STRICT) {
                found.wrong(
                        name,
                        seen,
                        "replies of servers to checks that go the clients' way are dropped without a word: servers look"
                                + " down that are well",
                        Remedy.set(new Remedy.Setting(own, "2")));
            } else {
                found.well(name, seen);
            }
        }
        return found.all();
    }
}
