package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Whether the gateway's own stack is kept away from every VIP. */
final class GuardCheck implements Check {
    private static final String CONSEQUENCE = "the gateway's kernel routes or answers the packets as well: clients get"
            + " resets, or what they send arrives twice";

    @Override
    public String name() {
        return "guard";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        Set<InetAddress> foreign = patient.foreignVips();
        Set<String> unguarded = new TreeSet<>();
        patient.gateway().unguarded(foreign).forEach(it -> unguarded.add(Addresses.format(it)));
        for (String vip : unguarded) {
            found.wrong(
                    "VIP " + vip,
                    "there is no blackhole route for it",
                    CONSEQUENCE,
                    new Remedy(
                            "ip route add blackhole " + vip + " proto "
                                    + patient.gateway().guardProtocol(),
                            it -> it.gateway().repairGuards()));
        }
        int guarded = foreign.size() - unguarded.size();
        if (guarded > 0) {
            found.well("routes", Words.count(guarded, "VIP") + " with a blackhole route");
        }
        lookAtOwn(patient, found);
        return found.all();
    }

    private static void lookAtOwn(Patient patient, Findings found) {
        Set<InetAddress> own = patient.vips();
        own.retainAll(patient.ownAddresses());
        String fault = patient.gateway().portGuardFault();
        String names = Words.list(own.stream().map(Addresses::format).toList());
        if (fault != null) {
            found.wrong(
                    "VIPs that are the gateway's own: " + names,
                    fault,
                    CONSEQUENCE,
                    new Remedy("vipctl doctor --fix", it -> it.gateway().repairGuards()));
        } else if (!own.isEmpty()) {
            found.well("own addresses", names + " with their nftables rules");
        }
    }
}
