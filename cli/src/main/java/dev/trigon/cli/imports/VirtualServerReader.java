package dev.trigon.cli.imports;

import dev.trigon.cli.imports.RealServer.Method;
import dev.trigon.cli.imports.VirtualServer.Persistence;
import dev.trigon.cli.imports.VirtualServerGroups.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a virtual_server block: one virtual server, or one for each address of a group. */
final class VirtualServerReader {
    private static final Set<String> FLAGS =
            Set.of("flag-1", "flag-2", "flag-3", "sh-port", "sh-fallback", "mh-port", "mh-fallback");
    private static final Set<String> READ = Set.of(
            "lvs_sched",
            "lb_algo",
            "lvs_method",
            "lb_kind",
            "ops",
            "persistence_engine",
            "persistence_timeout",
            "persistence_granularity",
            "protocol",
            "virtualhost",
            "sorry_server",
            "sorry_server_lvs_method",
            "connect_timeout",
            "retry",
            "delay_before_retry",
            "delay_loop",
            "real_server");
    private static final Set<String> READ_OF_SERVER = Set.of(
            "weight",
            "lvs_method",
            "lb_kind",
            "uthreshold",
            "lthreshold",
            "virtualhost",
            "connect_timeout",
            "retry",
            "delay_before_retry",
            "delay_loop");

    private final VirtualServerGroups groups;
    private final Report report;
    private final CheckReader checks;
    private long made;

    VirtualServerReader(VirtualServerGroups groups, Report report) {
        this.groups = groups;
        this.report = report;
        this.checks = new CheckReader(report);
    }

    /** A real server and the block that it is from; a sorry server has none. */
    private record Read(RealServer server, @Nullable Statement block) {}

    List<VirtualServer> read(Statement virtual) throws NotImported {
        Settings settings = new Settings(virtual, null, report);
        String protocol = protocol(virtual, settings);
        if (protocol.equals("sctp")) {
            NoCounterpart.sctp(report, virtual.line());
            return List.of();
        }
        if (!protocol.equals("tcp") && !protocol.equals("udp")) {
            report.lost(virtual.line(), Text.quoted(protocol) + " is no protocol: left out", "give TCP or UDP");
            return List.of();
        }
        List<Place> places = places(virtual);
        if (places.isEmpty()) {
            return List.of();
        }
        passUnknown(virtual, settings);
        List<Read> read = servers(virtual, settings);
        made += places.size() * (1L + read.size());
        Mapping.checkSize(made);
        List<RealServer> servers = read.stream().map(Read::server).toList();
        List<VirtualServer> virtuals = new ArrayList<>();
        for (Place place : places) {
            Listener listener = new Listener(protocol, place.vip(), place.port());
            virtuals.add(new VirtualServer(
                    virtual.line(),
                    listener,
                    scheduler(settings),
                    flags(virtual),
                    persistence(settings, listener),
                    settings.own("ops") != null,
                    servers,
                    health(virtual, settings, listener, read)));
        }
        return virtuals;
    }

    /** Where none is given keepalived gives the kernel none, which takes that for UDP. */
    private String protocol(Statement virtual, Settings settings) {
        String asked = settings.text("protocol");
        if (asked == null && !virtual.word(1).equals("fwmark")) {
            report.noted(virtual.line(), "no protocol is given, which is UDP for keepalived, and is written as that");
        }
        return asked == null ? "udp" : asked.toLowerCase(Locale.ROOT);
    }

    private List<Place> places(Statement virtual) {
        String first = virtual.word(1);
        if (first.equals("fwmark")) {
            NoCounterpart.fwmark(report, virtual.line(), virtual.word(2));
            return List.of();
        }
        if (first.equals("group")) {
            List<Place> group = groups.get(virtual.word(2));
            if (group == null) {
                report.lost(
                        virtual.line(),
                        "there is no virtual_server_group " + Text.quoted(virtual.word(2)) + ": left out",
                        "import the file that has it together with this one");
            }
            return group == null ? List.of() : group;
        }
        try {
            int port = virtual.word(2).isEmpty() ? 0 : Text.number("the port", virtual.word(2), 0, 65_535);
            return List.of(new Place(virtual.line(), Address.ofHost(first), port));
        } catch (Misfit e) {
            report.lost(virtual.line(), e);
            return List.of();
        }
    }

    private void passUnknown(Statement virtual, Settings settings) {
        for (Statement statement : virtual.block()) {
            boolean needsNothing =
                    statement.keyword().equals("quorum") && statement.word(1).equals("1");
            if (!READ.contains(statement.keyword()) && !FLAGS.contains(statement.keyword()) && !needsNothing) {
                KeepalivedKeys.pass(statement, report);
            }
        }
        Statement engine = settings.own("persistence_engine");
        if (engine != null) {
            NoCounterpart.persistenceEngine(report, engine.line(), engine.word(1));
        }
    }

    private List<Read> servers(Statement virtual, Settings settings) {
        List<Read> servers = new ArrayList<>();
        List<Read> sorry = new ArrayList<>();
        for (Statement statement : virtual.block()) {
            try {
                switch (statement.keyword()) {
                    case "real_server" -> servers.add(realServer(statement, settings));
                    case "sorry_server" -> sorry.add(sorryServer(statement, settings));
                    default -> {
                        // no server
                    }
                }
            } catch (Misfit e) {
                report.lost(statement.line(), e);
            }
        }
        servers.addAll(sorry);
        return servers;
    }

    private Read realServer(Statement statement, Settings virtual) throws Misfit {
        Settings settings = new Settings(statement, virtual, report);
        for (Statement key : statement.block()) {
            if (!READ_OF_SERVER.contains(key.keyword()) && !CheckReader.isCheck(key)) {
                KeepalivedKeys.pass(key, report);
            }
        }
        Statement limit = settings.own("uthreshold", "lthreshold");
        if (limit != null && !limit.word(1).equals("0")) {
            NoCounterpart.thresholds(report, limit.line());
        }
        Statement weight = settings.own("weight");
        return new Read(
                server(
                        statement,
                        settings.find("lvs_method", "lb_kind"),
                        weight == null ? 1 : settings.number(1, 0, RealServer.MAX_WEIGHT, "weight"),
                        false),
                statement);
    }

    private Read sorryServer(Statement statement, Settings virtual) throws Misfit {
        Statement own = virtual.own("sorry_server_lvs_method");
        return new Read(server(statement, own == null ? virtual.find("lvs_method", "lb_kind") : own, 1, true), null);
    }

    private static RealServer server(Statement statement, @Nullable Statement method, int weight, boolean sorry)
            throws Misfit {
        String port = statement.word(2);
        String asked = method == null ? "NAT" : method.word(1).toUpperCase(Locale.ROOT);
        return new RealServer(
                statement.line(),
                Address.ofHost(statement.word(1)),
                port.isEmpty() ? RealServer.SAME_PORT : Text.number("the port", port, 0, 65_535),
                method(asked),
                method == null ? "lvs_method NAT, as by default" : method.keyword() + " " + Text.line(asked),
                weight,
                sorry);
    }

    private static Method method(String asked) throws Misfit {
        return switch (asked) {
            case "NAT" -> Method.NAT;
            case "DR" -> Method.DIRECT;
            case "TUN" -> Method.TUNNEL;
            default ->
                throw new Misfit(
                        Text.quoted(asked) + " is no way to bring packets to a server: left out",
                        "give DR, TUN or NAT");
        };
    }

    private static String scheduler(Settings settings) {
        String scheduler = settings.text("lvs_sched", "lb_algo");
        return scheduler == null ? VirtualServer.DEFAULT_SCHEDULER : scheduler;
    }

    private static Set<String> flags(Statement virtual) {
        Set<String> flags = new HashSet<>();
        virtual.block().forEach(statement -> flags.add(statement.keyword()));
        flags.retainAll(FLAGS);
        return flags;
    }

    private @Nullable Persistence persistence(Settings settings, Listener listener) {
        Statement timeout = settings.own("persistence_timeout");
        Statement granularity = settings.own("persistence_granularity");
        if (timeout == null && granularity == null && listener.port() != 0) {
            return null;
        }
        int seconds = timeout == null || timeout.word(1).isEmpty()
                ? Persistence.DEFAULT_SECONDS
                : settings.number(Persistence.DEFAULT_SECONDS, 1, Persistence.MAX_SECONDS, "persistence_timeout");
        Integer prefix = null;
        if (granularity != null) {
            try {
                prefix = Netmask.prefix(granularity.word(1), Address.isIpv4(listener.vip()));
            } catch (Misfit e) {
                report.lost(granularity.line(), e);
            }
        }
        return new Persistence(seconds, prefix);
    }

    private @Nullable Health health(Statement virtual, Settings settings, Listener listener, List<Read> read) {
        CheckAgreement agreement = new CheckAgreement(virtual.line(), report);
        for (Read one : read) {
            Statement block = one.block();
            agreement.add(
                    one.server(),
                    block == null
                            ? null
                            : checks.read(block, new Settings(block, settings, report), one.server(), listener));
        }
        return agreement.health();
    }
}
