package dev.trigon.cli.imports;

import java.util.Set;
import java.util.TreeSet;

/** The scheduler that does what LVS's does, or is nearest to it. */
final class Schedulers {
    private static final Set<String> SH_PORT = Set.of("sh-port", "flag-2");
    private static final Set<String> MH_PORT = Set.of("mh-port", "flag-2");
    /** vipd's hashes leave out servers that take no new flows in any case. */
    private static final Set<String> FALLBACK = Set.of("sh-fallback", "mh-fallback", "flag-1");

    /** @param heaviestAlone whether the other servers wait until that one is down */
    record Choice(String scheduler, boolean heaviestAlone) {}

    private final Report report;

    Schedulers(Report report) {
        this.report = report;
    }

    Choice of(VirtualServer server) {
        checkFlags(server);
        return switch (server.scheduler()) {
            case "rr", "wrr", "lc", "wlc" -> new Choice(server.scheduler(), false);
            case "sh" -> sourceHash(server);
            case "mh" -> maglev(server);
            case "twos" ->
                near(server, "p2c", "takes the less loaded of two servers drawn at random, as twos does", "nothing");
            case "dh" ->
                near(
                        server,
                        "maglev",
                        "dh sends all clients of a VIP to one server, and maglev spreads them",
                        "leave one backend in the service if one shall have all");
            case "lblc", "lblcr" ->
                near(
                        server,
                        "wlc",
                        server.scheduler() + " is for caches behind many destinations, and a service has one VIP",
                        "nothing, if this was no farm of transparent caches");
            case "sed", "nq" ->
                near(
                        server,
                        "wlc",
                        server.scheduler() + " differs from it when servers are nearly idle",
                        "look at the shares with `vipctl backend list`");
            case "ovf" ->
                near(
                        server,
                        "wlc",
                        "ovf fills one server up to its weight before the next has any, and wlc shares from the first",
                        "mark with `backup: true` what is to wait");
            case "fo" -> failover(server);
            default ->
                near(
                        server,
                        "wlc",
                        Text.quoted(server.scheduler()) + " is not known here",
                        "choose what comes nearest");
        };
    }

    private Choice sourceHash(VirtualServer server) {
        if (server.flags().stream().noneMatch(SH_PORT::contains)) {
            return new Choice("sh", false);
        }
        report.noted(server.line(), "sh with sh-port is written as maglev, which hashes address and port as well");
        return new Choice("maglev", false);
    }

    private Choice maglev(VirtualServer server) {
        if (server.flags().stream().noneMatch(MH_PORT::contains)) {
            report.lost(
                    server.line(),
                    "mh without mh-port hashes the client's address alone, and maglev its port too: one client's"
                            + " connections go to several servers",
                    "take `scheduler: sh`, or give an `affinity`, where a client shall stay at one");
        }
        return new Choice("maglev", false);
    }

    private Choice failover(VirtualServer server) {
        report.lost(
                server.line(),
                "scheduler fo is written as wlc with every server but the heaviest as `backup: true`: when that one is down,"
                        + " the others share",
                "leave one of them if they shall come one after the other");
        return new Choice("wlc", true);
    }

    private Choice near(VirtualServer server, String scheduler, String difference, String remedy) {
        String written = "scheduler " + Text.quoted(server.scheduler()) + " is written as " + scheduler;
        if (remedy.equals("nothing")) {
            report.noted(server.line(), written + ", which " + difference);
        } else {
            report.lost(server.line(), written + ": " + difference, remedy);
        }
        return new Choice(scheduler, false);
    }

    private void checkFlags(VirtualServer server) {
        String scheduler = server.scheduler();
        for (String flag : new TreeSet<>(server.flags())) {
            boolean known = switch (scheduler) {
                case "sh" -> SH_PORT.contains(flag) || FALLBACK.contains(flag);
                case "mh" -> MH_PORT.contains(flag) || FALLBACK.contains(flag);
                default -> false;
            };
            if (!known) {
                report.lost(
                        server.line(),
                        "scheduler flag " + Text.quoted(flag) + " of " + Text.quoted(scheduler)
                                + " has no counterpart: left out",
                        "see whether it matters");
            }
        }
    }
}
