package dev.trigon.cli.imports;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads keepalived.conf: what it says of balancing. Failover, mail and scripts are passed over, and said. */
final class KeepalivedReader {
    private final Report report;

    KeepalivedReader(Report report) {
        this.report = report;
    }

    List<VirtualServer> read(String text) throws NotImported {
        Statement root = KeepalivedParser.parse(text);
        checkIsAboutBalancing(root);
        Directives.takeOut(root, report);
        VirtualServerGroups groups = new VirtualServerGroups(report);
        for (Statement statement : root.block()) {
            if (statement.keyword().equals("virtual_server_group")) {
                groups.read(statement);
            }
        }
        VirtualServerReader reader = new VirtualServerReader(groups, report);
        List<VirtualServer> servers = new ArrayList<>();
        for (Statement statement : root.block()) {
            switch (statement.keyword()) {
                case "virtual_server" -> servers.addAll(reader.read(statement));
                case "virtual_server_group" -> {
                    // read before those that are in it
                }
                default -> pass(statement);
            }
        }
        return servers;
    }

    private static void checkIsAboutBalancing(Statement root) throws NotImported {
        if (root.block().stream().noneMatch(it -> it.words().contains("virtual_server"))) {
            boolean includes = root.block().stream().anyMatch(it -> it.keyword().startsWith("include"));
            throw new NotImported(
                    0,
                    "there is no virtual_server in it",
                    includes
                            ? "import the files that it includes, which are not followed"
                            : "give the keepalived.conf of a gateway that balances");
        }
    }

    private void pass(Statement statement) {
        int line = statement.line();
        switch (statement.keyword()) {
            case "global_defs" -> passGlobals(statement);
            case "vrrp_instance", "vrrp_sync_group" ->
                report.noted(
                        line,
                        "VRRP is passed over: vipd answers ARP for its VIPs on every gateway that it runs on, so let one run at a"
                                + " time");
            default -> report.noted(line, Text.quoted(statement.keyword()) + " is not about balancing: passed over");
        }
    }

    private void passGlobals(Statement globals) {
        report.noted(globals.line(), "'global_defs' is not about balancing: passed over");
        Statement timeouts = globals.last(List.of("lvs_timeouts"));
        if (timeouts != null) {
            NoCounterpart.timeouts(
                    report,
                    timeouts.line(),
                    Map.of(
                            "established", following(timeouts, "tcp"),
                            "closing", following(timeouts, "tcpfin"),
                            "udp", following(timeouts, "udp")));
        }
        Statement sync = globals.last(List.of("lvs_sync_daemon"));
        if (sync != null) {
            NoCounterpart.connectionSync(report, sync.line());
        }
    }

    /** The word behind another, as {@code 900} in {@code tcp 900}. */
    private static String following(Statement statement, String word) {
        int at = statement.words().indexOf(word);
        return at < 0 || statement.word(at + 1).isEmpty() ? "0" : statement.word(at + 1);
    }
}
