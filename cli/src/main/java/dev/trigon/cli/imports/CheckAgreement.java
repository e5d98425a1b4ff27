package dev.trigon.cli.imports;

import dev.trigon.cli.imports.Health.Pace;
import dev.trigon.cli.imports.Health.Probe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One check for all servers of a service, where keepalived has one for each. Where they differ, it is what every one of them asks for
 * already: no server is down by it that was up before.
 */
final class CheckAgreement {
    private final int line;
    private final Report report;
    private final List<Health> checks = new ArrayList<>();
    private final List<RealServer> unchecked = new ArrayList<>();

    /** @param line of the virtual server */
    CheckAgreement(int line, Report report) {
        this.line = line;
        this.report = report;
    }

    void add(RealServer server, @Nullable Health check) {
        if (check == null) {
            unchecked.add(server);
        } else {
            checks.add(check);
        }
    }

    @Nullable
    Health health() {
        if (checks.isEmpty()) {
            return null;
        }
        Probe probe = commonProbe();
        if (probe == null) {
            return null;
        }
        for (RealServer server : unchecked) {
            report.noted(
                    server.line(),
                    "no check of " + (server.sorry() ? "the sorry server" : "this server")
                            + " is there to carry over, and a service's is for all its servers: this one must pass it too");
        }
        report.noted(
                line,
                "servers are checked at their own addresses, as by keepalived; `via: vip` checks them as clients reach them,"
                        + " and finds one that lacks the VIP");
        Pace first = checks.get(0).pace();
        Pace pace = checks.stream().map(Health::pace).reduce(first, Pace::strictest);
        if (checks.stream().anyMatch(check -> !check.pace().equals(pace))) {
            report.noted(line, "its servers are checked at different times: the shortest are written");
        }
        return new Health(probe, pace);
    }

    private @Nullable Probe commonProbe() {
        List<Probe> probes = checks.stream().map(Health::probe).distinct().toList();
        if (probes.size() == 1) {
            return probes.get(0);
        }
        boolean connect = probes.stream().allMatch(Probe::connects);
        if (connect && probes.stream().map(Probe::port).distinct().count() == 1) {
            report.lost(
                    line,
                    "its servers are checked differently, and a service has one check: written is what each of them asks for,"
                            + " a connection (`type: tcp`)",
                    "write the stricter one if every server can pass it");
            return Probe.of("tcp", probes.get(0).port());
        }
        report.lost(
                line,
                "its servers' checks have nothing in common, and a service has one check: no `health` is written",
                "write one that every server can pass");
        return null;
    }
}
