package dev.trigon.cli.imports;

import java.util.Map;
import java.util.stream.Collectors;

/** What LVS has, in whatever form it was written down, and a services file has nothing for: with what to do instead. */
final class NoCounterpart {
    private NoCounterpart() {}

    static void fwmark(Report report, int line, String mark) {
        report.lost(
                line,
                "firewall mark " + Text.quoted(mark)
                        + " is put on packets by the firewall, and what it marks is not said here:"
                        + " left out, its servers too",
                "look there (`iptables-save -t mangle`, `nft list ruleset`) and add a service for each VIP and protocol"
                        + " that it marks; `affinity: {time: …, group: …}` keeps a client at one server in all of them");
    }

    static void sctp(Report report, int line) {
        report.lost(line, "SCTP is not balanced by vipd: left out", "leave this service where it is");
    }

    static void persistenceEngine(Report report, int line, String engine) {
        report.lost(
                line,
                "persistence engine " + Text.quoted(engine)
                        + " looks into packets, and vipd does not: written as affinity by the client's address",
                "check that one server may have all of a client's calls");
    }

    static void thresholds(Report report, int line) {
        report.lost(
                line,
                "a server's number of connections has no limit in vipd: left out",
                "let the server itself refuse what is too much, or give it less weight");
    }

    /** @param seconds by the state of vipd that they are for; 0: left as it was */
    static void timeouts(Report report, int line, Map<String, String> seconds) {
        String timeouts = seconds.entrySet().stream()
                .filter(timeout -> !timeout.getValue().equals("0"))
                .map(timeout -> timeout.getKey() + ": " + Text.line(timeout.getValue()) + "s")
                .sorted()
                .collect(Collectors.joining(", "));
        report.lost(
                line,
                "timeouts of connections are the gateway's, not the services': left out",
                "put `flows: {timeouts: {" + timeouts + "}}` into vipd.yaml");
    }

    static void connectionSync(Report report, int line) {
        report.lost(
                line,
                "connections are not shared among gateways: left out",
                "on another gateway `scheduler: maglev` or `sh` finds the same server for a client without that");
    }
}
