package dev.trigon.cli.imports;

import dev.trigon.cli.imports.Health.Pace;
import dev.trigon.cli.imports.Health.Probe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the checks of a real server. A service has one, so the strictest is taken. */
final class CheckReader {
    private static final long DELAY_LOOP_MS = 60_000;
    private static final long CONNECT_TIMEOUT_MS = 5_000;
    private static final int MAX_RETRY = 1_000;
    private static final List<String> STRICTNESS = List.of("icmp", "udp", "tcp", "dns", "exec", "http", "https");
    private static final Set<String> READ = Set.of(
            "connect_port",
            "connect_timeout",
            "retry",
            "nb_get_retry",
            "delay_before_retry",
            "delay_loop",
            "virtualhost",
            "url",
            "helo_name",
            "name",
            "type",
            "misc_path",
            "misc_timeout");

    private final Report report;
    private final UrlReader urls;

    CheckReader(Report report) {
        this.report = report;
        this.urls = new UrlReader(report);
    }

    static boolean isCheck(Statement statement) {
        return statement.keyword().endsWith("_CHECK")
                || statement.keyword().equals("HTTP_GET")
                || statement.keyword().equals("SSL_GET");
    }

    private record Read(Statement check, Settings settings, Probe probe) {
        private int strictness() {
            return STRICTNESS.indexOf(probe.type());
        }
    }

    /** Null where it has none, or none that can be carried over. */
    @Nullable
    Health read(Statement block, Settings server, RealServer real, Listener listener) {
        List<Read> read = new ArrayList<>();
        for (Statement check : block.block()) {
            if (isCheck(check)) {
                Settings settings = new Settings(check, server, report);
                Probe probe = probe(check, settings, port(settings, real, listener), listener);
                if (probe != null) {
                    read.add(new Read(check, settings, probe));
                    passUnknown(check);
                }
            }
        }
        if (read.isEmpty()) {
            return null;
        }
        read.sort(Comparator.comparingInt(Read::strictness).reversed());
        for (Read other : read.subList(1, read.size())) {
            report.lost(
                    other.check().line(),
                    "a service has one check, and this server has several: the strictest is written, and this one is not",
                    "check by a script of your own (`type: exec`) if it takes both");
        }
        Read strictest = read.get(0);
        return new Health(strictest.probe(), pace(strictest.check(), strictest.settings()));
    }

    private void passUnknown(Statement check) {
        for (Statement key : check.block()) {
            if (!READ.contains(key.keyword())) {
                KeepalivedKeys.pass(key, report);
            }
        }
    }

    /** Null: the service's. LVS looks at a server's port in NAT alone, and keepalived's checks in any case. */
    private static @Nullable Integer port(Settings check, RealServer real, Listener listener) {
        Statement own = check.own("connect_port");
        int port = own != null
                ? check.number(listener.port(), 1, 65_535, "connect_port")
                : real.isTranslated(listener) || !real.hasOtherPort(listener) ? listener.port() : real.port();
        return port == listener.port() ? null : Integer.valueOf(port);
    }

    private @Nullable Probe probe(Statement check, Settings settings, @Nullable Integer port, Listener listener) {
        Probe probe = switch (check.keyword()) {
            case "TCP_CHECK" -> Probe.of("tcp", port);
            case "SMTP_CHECK" -> greeting(check, port);
            case "HTTP_GET" -> urls.read("http", check, settings, port);
            case "SSL_GET" -> urls.read("https", check, settings, port);
            case "UDP_CHECK" -> Probe.of("udp", port);
            case "DNS_CHECK" -> question(settings, port);
            case "PING_CHECK" -> Probe.of("icmp", null);
            case "MISC_CHECK" -> script(settings);
            default -> notHere(check);
        };
        boolean needsPort =
                probe != null && !probe.type().equals("icmp") && !probe.type().equals("exec");
        if (needsPort && port == null && listener.port() == 0) {
            report.lost(
                    check.line(),
                    "a service of all ports has none to check: this check is left out",
                    "give the `health` a `port`");
            return null;
        }
        return probe;
    }

    private @Nullable Probe notHere(Statement check) {
        report.lost(
                check.line(),
                Text.quoted(check.keyword()) + " has no counterpart: left out",
                "check by a script (`type: exec`) what it told");
        return null;
    }

    private Probe greeting(Statement check, @Nullable Integer port) {
        report.lost(
                check.line(),
                "SMTP_CHECK speaks to the server, and a check of `type: tcp` is content with a connection: written as that",
                "check by a script (`type: exec`) if the greeting matters");
        return Probe.of("tcp", port);
    }

    private Probe question(Settings settings, @Nullable Integer port) {
        Statement type = settings.own("type");
        if (type != null) {
            report.lost(
                    type.line(),
                    "the type of DNS_CHECK's question is left out: a check of `type: dns` has its own",
                    "choose a name as `query` that has an answer in any case");
        }
        String name = settings.text("name");
        return new Probe("dns", port, null, null, null, null, name == null ? "." : name, List.of());
    }

    private @Nullable Probe script(Settings settings) {
        Statement path = settings.own("misc_path");
        try {
            List<String> command = path == null ? List.of() : Words.texts(path.line(), path.word(1), "");
            if (!command.isEmpty()) {
                return new Probe("exec", null, null, null, null, null, null, command);
            }
        } catch (NotImported tooLong) {
            // no command that could be meant
        }
        return null;
    }

    /**
     * keepalived asks anew sooner than usual once a check has failed; vipd always waits for its interval. So that is chosen such that
     * a dead server is found as soon as it was, and a short trouble is overlooked as it was.
     */
    private Pace pace(Statement check, Settings settings) {
        boolean misc = check.keyword().equals("MISC_CHECK");
        long loop = settings.ms("delay_loop", DELAY_LOOP_MS);
        int retry = settings.number(defaultRetry(check), 0, MAX_RETRY, "retry", "nb_get_retry");
        long again = Math.min(loop, settings.ms("delay_before_retry", defaultDelay(check, loop)));
        long interval = retry == 0 ? Math.max(1, loop) : rounded((loop + retry * again) / (retry + 1));
        if (retry > 0 && interval != loop) {
            report.noted(
                    check.line(),
                    "checked every " + Text.duration(loop) + ", and after a failure " + retry + " more at intervals of "
                            + Text.duration(again) + ": written as every " + Text.duration(interval)
                            + ", which finds a dead server as soon");
        }
        long timeout = misc ? settings.ms("misc_timeout", loop) : settings.ms("connect_timeout", CONNECT_TIMEOUT_MS);
        if (timeout > interval) {
            report.noted(
                    check.line(),
                    "a timeout of " + Text.duration(timeout) + " is written as " + Text.duration(interval)
                            + ": a check ends before the next begins");
        }
        return new Pace(interval, Math.max(1, Math.min(timeout, interval)), retry + 1);
    }

    /** As a person would choose it. */
    private static long rounded(long ms) {
        long unit = ms < 100 ? 1 : ms < 3_000 ? 100 : 1_000;
        return Math.max(1, ms / unit * unit);
    }

    private static int defaultRetry(Statement check) {
        return switch (check.keyword()) {
            case "DNS_CHECK" -> 3;
            case "MISC_CHECK" -> 0;
            default -> 1;
        };
    }

    private static long defaultDelay(Statement check, long loop) {
        return switch (check.keyword()) {
            case "DNS_CHECK" -> loop;
            case "HTTP_GET", "SSL_GET" -> 3_000;
            default -> 1_000;
        };
    }
}
