package dev.trigon.cli.imports;

import java.util.Map;
import java.util.Set;

/** Keywords of virtual and real servers and of their checks that a services file has nothing for. */
final class KeepalivedKeys {
    private record Loss(String why, String remedy) {}

    private static final String SCRIPTS = "no script is run when a server goes or comes";
    private static final Loss DATAGRAM = new Loss(
            "what a UDP check sends and takes for an answer is told otherwise",
            "see what `health` has for `type: udp`");
    private static final String WATCH = "watch `vipctl backend list -o json`, or the gateway's log";

    /** Neither what clients get nor what is checked is another without them. */
    private static final Set<String> HARMLESS = Set.of(
            "ha_suspend",
            "hashed",
            "hysteresis",
            "snmp_name",
            "smtp_alert",
            "warmup",
            "log_all_failures",
            "fast_recovery",
            "http_protocol",
            "enable_sni",
            "tls_compliant",
            "ip_family",
            "omega",
            "nat_mask");

    private static final Map<String, Loss> LOSSES = Map.ofEntries(
            Map.entry("notify_up", new Loss(SCRIPTS, WATCH)),
            Map.entry("notify_down", new Loss(SCRIPTS, WATCH)),
            Map.entry("quorum_up", new Loss(SCRIPTS, WATCH)),
            Map.entry("quorum_down", new Loss(SCRIPTS, WATCH)),
            Map.entry(
                    "quorum",
                    new Loss(
                            "backups serve when no other server is up, not before",
                            "leave the sorry server out if too few servers are better than none")),
            Map.entry(
                    "alpha",
                    new Loss(
                            "a server's first check decides, and there is no setting for the time before",
                            "look at `vipctl backend list` before clients are sent there")),
            Map.entry(
                    "inhibit_on_failure",
                    new Loss(
                            "connections do not stay at a server that is down: they are reset, or moved by"
                                    + " `whenDown: move`",
                            "use `vipctl backend drain` where they shall end by themselves")),
            Map.entry(
                    "sorry_server_inhibit",
                    new Loss("the sorry server is a backend like others", "see that it can serve at any time")),
            Map.entry(
                    "misc_dynamic",
                    new Loss(
                            "a script says whether a server is up, and changes no weight",
                            "let something else call `vipctl backend set --weight`")),
            Map.entry(
                    "user",
                    new Loss(
                            "as whom a script runs is vipd's to say",
                            "let the script give up the rights that it does not need")),
            Map.entry("payload", DATAGRAM),
            Map.entry("require_reply", DATAGRAM),
            Map.entry("min_reply_length", DATAGRAM),
            Map.entry("max_reply_length", DATAGRAM),
            Map.entry("connect_ip", new Loss("a server is checked at its own address", "let the service answer there")),
            Map.entry("bindto", new Loss("checks leave by the gateway's routes", "set a route for them")),
            Map.entry("bind_if", new Loss("checks leave by the gateway's routes", "set a route for them")),
            Map.entry("bind_port", new Loss("checks have no port of their own", "let the servers answer any")),
            Map.entry(
                    "fwmark", new Loss("checks have no mark of yours", "let the firewall know them by their target")));

    private KeepalivedKeys() {}

    static void pass(Statement statement, Report report) {
        String keyword = Text.quoted(statement.keyword());
        Loss loss = LOSSES.get(statement.keyword());
        if (HARMLESS.contains(statement.keyword())) {
            report.noted(statement.line(), keyword + " is passed over");
        } else if (loss != null) {
            report.lost(statement.line(), keyword + " is left out: " + loss.why(), loss.remedy());
        } else {
            report.lost(
                    statement.line(),
                    keyword + " has no counterpart, or is not known here: left out",
                    "see what it was for");
        }
    }
}
