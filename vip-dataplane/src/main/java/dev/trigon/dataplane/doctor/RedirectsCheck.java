package dev.trigon.dataplane.doctor;

import dev.trigon.linux.Sysctl;
import java.util.List;

/** Whether the gateway's kernel may tell neighbours of a shorter way than through it. Either setting is enough. */
final class RedirectsCheck implements Check {
    private static final String SETTING = "send_redirects";

    @Override
    public String name() {
        return "redirects";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        boolean forwards = Settings.number(patient, Settings.IP_FORWARD) != 0;
        Sysctl all = Sysctl.ipv4Interface("all", SETTING);
        int ofAll = Settings.number(patient, all);
        patient.armLinks().forEach(arm -> {
            Sysctl own = Sysctl.ipv4Interface(arm.name(), SETTING);
            int ofInterface = Settings.number(patient, own);
            String seen = "send_redirects is " + ofAll + " for all and " + ofInterface + " for " + arm.name()
                    + ", ip_forward is " + (forwards ? "1" : "0");
            if (forwards && (ofAll != 0 || ofInterface != 0)) {
                found.wrong(
                        arm.name(),
                        seen,
                        "the kernel tells hosts on " + arm.name()
                                + " to bypass this gateway: for them, connections break" + " at random",
                        Remedy.set(new Remedy.Setting(all, "0"), new Remedy.Setting(own, "0")));
            } else {
                found.well(arm.name(), seen);
            }
        });
        return found.all();
    }
}
