package dev.trigon.dataplane.doctor;

import dev.trigon.linux.Sysctl;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;

/** Whether the kernel's neighbour table has room for every server on a segment: beyond its thresholds it throws entries out. */
final class NeighbourLimitCheck implements Check {
    @Override
    public String name() {
        return "neighbour-limit";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Findings found = new Findings(name());
        List<Server> direct = patient.servers().stream()
                .filter(it -> it.way().isPresent() && it.isDirect())
                .toList();
        long v4 = direct.stream()
                .filter(it -> it.address() instanceof Inet4Address)
                .count();
        look(patient, "ipv4", v4, found);
        look(patient, "ipv6", direct.size() - v4, found);
        return found.all();
    }

    private static void look(Patient patient, String family, long servers, Findings found) {
        if (servers == 0) {
            return;
        }
        Sysctl soft = threshold(family, 2);
        Sysctl hard = threshold(family, 3);
        Optional<Integer> some = patient.host().setting(soft).map(Integer::parseInt);
        Optional<Integer> most = patient.host().setting(hard).map(Integer::parseInt);
        String subject = Words.count(servers, "server") + " on segments of the gateway, " + family;
        if (some.isEmpty() || most.isEmpty()) {
            found.unknown(
                    subject,
                    "the kernel shows the table's limits in the machine's own network namespace alone",
                    Remedy.byHand("there: sysctl " + hard.name()));
            return;
        }
        String seen = "gc_thresh2 is " + some.get() + ", gc_thresh3 is " + most.get();
        if (servers >= Math.min(some.get(), most.get())) {
            found.wrong(
                    subject,
                    seen,
                    "servers lose their MAC from time to time, and packets for them wait or are dropped"
                            + " (next-hop-unresolved)",
                    // two addresses each, and as much again for whoever else is there
                    Remedy.set(
                            new Remedy.Setting(hard, String.valueOf(4 * servers)),
                            new Remedy.Setting(soft, String.valueOf(2 * servers))));
        } else {
            found.well(subject, seen);
        }
    }

    private static Sysctl threshold(String family, int number) {
        return new Sysctl(List.of("net", family, "neigh", "default", "gc_thresh" + number));
    }
}
