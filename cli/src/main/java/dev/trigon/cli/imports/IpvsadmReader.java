package dev.trigon.cli.imports;

import dev.trigon.cli.imports.RealServer.Method;
import dev.trigon.cli.imports.VirtualServer.Persistence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads rules as {@code ipvsadm -S} writes them, or a person for {@code ipvsadm -R}. */
final class IpvsadmReader {
    private static final String NUMERIC = "save the rules by `ipvsadm -S -n > rules`, and import those";

    private record Rule(int line, Listener listener, IpvsadmLine options, List<RealServer> servers) {}

    private final Report report;
    private final Map<String, Rule> rules = new LinkedHashMap<>();
    /** Services that are not taken over, which was said; their servers are not spoken of again. */
    private final Set<String> passedOver = new HashSet<>();

    IpvsadmReader(Report report) {
        this.report = report;
    }

    List<VirtualServer> read(String text) throws NotImported {
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            List<String> words = Words.texts(number, line, "#");
            if (!words.isEmpty()) {
                read(number, words);
            }
        }
        if (rules.isEmpty() && passedOver.isEmpty()) {
            throw new NotImported(0, "there is no virtual server (-A) in it", NUMERIC);
        }
        List<VirtualServer> servers = new ArrayList<>();
        for (Rule rule : rules.values()) {
            servers.add(virtualServer(rule));
        }
        return servers;
    }

    private void read(int line, List<String> words) throws NotImported {
        if (words.size() > 3 && words.subList(0, 3).equals(List.of("IP", "Virtual", "Server"))) {
            throw new NotImported(line, "it is the list of `ipvsadm -L`, which leaves out half", NUMERIC);
        }
        String first = words.get(0);
        boolean named = first.equals("ipvsadm") || first.endsWith("/ipvsadm");
        try {
            carryOut(line, IpvsadmLine.of(named ? words.subList(1, words.size()) : words));
        } catch (Misfit e) {
            report.lost(line, e);
        }
    }

    private void carryOut(int line, IpvsadmLine rule) throws Misfit, NotImported {
        switch (rule.command()) {
            case "add-service" -> addService(line, rule);
            case "add-server" -> addServer(line, rule);
            case "clear", "zero" -> {
                // the beginning of a file to restore; there is nothing yet
            }
            case "set" -> {
                List<String> times = rule.rest();
                if (times.size() == 3) {
                    NoCounterpart.timeouts(
                            report,
                            line,
                            Map.of("established", times.get(0), "closing", times.get(1), "udp", times.get(2)));
                }
            }
            case "start-daemon", "stop-daemon" -> NoCounterpart.connectionSync(report, line);
            case "" -> throw new Misfit("this is no rule: left out", "see what it was for");
            default ->
                throw new Misfit(
                        "'--" + rule.command() + "' changes rules, and only -A and -a are read: left out", NUMERIC);
        }
    }

    private void addService(int line, IpvsadmLine rule) throws Misfit, NotImported {
        String service = rule.service();
        if (rules.containsKey(service)) {
            throw new Misfit(service + " is there already: left out", "keep one of the two");
        }
        passedOver.add(service);
        if (rule.has("fwmark-service")) {
            NoCounterpart.fwmark(report, line, rule.value("fwmark-service", ""));
        } else if (rule.has("sctp-service")) {
            NoCounterpart.sctp(report, line);
        } else if (service.isEmpty()) {
            throw new Misfit("it names no virtual server: left out", "give -t or -u");
        } else {
            String protocol = rule.has("tcp-service") ? "tcp" : "udp";
            HostPort at = hostPort(line, rule.value(protocol + "-service", ""));
            Listener listener = new Listener(protocol, Address.ofHost(at.host()), at.port(0));
            rules.put(service, new Rule(line, listener, rule, new ArrayList<>()));
            passedOver.remove(service);
        }
    }

    private void addServer(int line, IpvsadmLine rule) throws Misfit, NotImported {
        Rule virtual = rules.get(rule.service());
        if (virtual == null) {
            if (!passedOver.contains(rule.service())) {
                throw new Misfit("there is no such virtual server: left out", "add it with -A in a line before");
            }
            return;
        }
        HostPort at = hostPort(line, rule.value("real-server", ""));
        virtual.servers()
                .add(new RealServer(
                        line,
                        Address.ofHost(at.host()),
                        at.port(RealServer.SAME_PORT),
                        method(rule),
                        asked(rule),
                        Text.number("the weight", rule.value("weight", "1"), 0, RealServer.MAX_WEIGHT),
                        false));
        if (isLimited(rule, "u-threshold") || isLimited(rule, "l-threshold")) {
            NoCounterpart.thresholds(report, line);
        }
    }

    private static boolean isLimited(IpvsadmLine rule, String option) {
        return !rule.value(option, "0").equals("0");
    }

    private static HostPort hostPort(int line, String text) throws Misfit, NotImported {
        HostPort at = HostPort.of(text);
        if (at.hasName()) {
            throw new NotImported(line, Text.quoted(text) + " is a name, and no name server is asked", NUMERIC);
        }
        return at;
    }

    private static Method method(IpvsadmLine rule) {
        if (rule.has("masquerading")) {
            return Method.NAT;
        }
        return rule.has("ipip") ? Method.TUNNEL : Method.DIRECT;
    }

    private static String asked(IpvsadmLine rule) {
        if (rule.has("masquerading")) {
            return "-m";
        }
        String type = rule.value("tun-type", "ipip");
        return rule.has("ipip") ? type.equals("ipip") ? "-i" : "-i --tun-type " + Text.quoted(type) : "-g";
    }

    private VirtualServer virtualServer(Rule rule) {
        IpvsadmLine options = rule.options();
        if (options.has("pe")) {
            NoCounterpart.persistenceEngine(report, rule.line(), options.value("pe", ""));
        }
        String flags = options.value("sched-flags", "");
        return new VirtualServer(
                rule.line(),
                rule.listener(),
                options.value("scheduler", VirtualServer.DEFAULT_SCHEDULER),
                flags.isEmpty() ? Set.of() : Set.copyOf(List.of(flags.split(",", -1))),
                persistence(rule),
                options.has("ops"),
                rule.servers(),
                null);
    }

    private @Nullable Persistence persistence(Rule rule) {
        if (!rule.options().has("persistent")) {
            return null;
        }
        return new Persistence(seconds(rule), prefix(rule));
    }

    private int seconds(Rule rule) {
        String asked = rule.options().value("persistent", "");
        if (asked.isEmpty()) {
            return Persistence.DEFAULT_SECONDS;
        }
        try {
            return Text.number("the time of persistence", asked, 1, Persistence.MAX_SECONDS);
        } catch (Misfit e) {
            report.lost(rule.line(), e.why() + ", and taken as " + Persistence.DEFAULT_SECONDS, e.remedy());
            return Persistence.DEFAULT_SECONDS;
        }
    }

    private @Nullable Integer prefix(Rule rule) {
        String mask = rule.options().value("netmask", "");
        if (mask.isEmpty()) {
            return null;
        }
        try {
            return Netmask.prefix(mask, Address.isIpv4(rule.listener().vip()));
        } catch (Misfit e) {
            report.lost(rule.line(), e);
            return null;
        }
    }
}
