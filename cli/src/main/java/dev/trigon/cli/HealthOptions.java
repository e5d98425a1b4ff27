package dev.trigon.cli;

import dev.trigon.dataplane.api.HealthEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a service's backends are checked. There is one where at least one of its options is given. */
final class HealthOptions {
    @Option(
            names = "--health",
            paramLabel = "TYPE",
            description = {
                "A backend gets new flows only while it passes:",
                "  tcp: it accepts a connection",
                "  http, https: it has a page",
                "  udp: it answers a datagram; without --health-receive, a ping, and has the port open",
                "  dns: it answers a query",
                "  icmp: it answers a ping",
                "  exec: a command says so by exit code 0",
                "  none: it is not checked (default)",
                "A type that is given begins anew, but for the times, the port and the way."
            })
    private @Nullable String type;

    @Option(
            names = "--health-via",
            paramLabel = "WAY",
            description = "vip: as the clients' packets go (default), or direct: to the backend's own address.")
    private @Nullable String via;

    @Option(names = "--health-port", paramLabel = "N", description = "Default: the service's first.")
    private @Nullable Integer port;

    @Option(names = "--health-interval", paramLabel = "D", description = "How often: 100ms to 1h (default: 2s).")
    private @Nullable String interval;

    @Option(
            names = "--health-timeout",
            paramLabel = "D",
            description = "How long a check may take, the interval at most (default: 1s).")
    private @Nullable String timeout;

    @Option(
            names = "--health-rise",
            paramLabel = "N",
            description = "Successes in a row that bring a backend up again (default: 2).")
    private @Nullable Integer rise;

    @Option(
            names = "--health-fall",
            paramLabel = "N",
            description = "Failures in a row that take a backend down (default: 3).")
    private @Nullable Integer fall;

    @Option(names = "--health-path", paramLabel = "PATH", description = "http, https: the page (default: /).")
    private @Nullable String path;

    @Option(names = "--health-host", paramLabel = "HOST", description = "http, https: whose page (default: the VIP's).")
    private @Nullable String host;

    @Option(
            names = "--health-expect",
            paramLabel = "CODES",
            description = "http, https: good status codes, such as 200-299,404 (default: 200-399).")
    private @Nullable String expect;

    @Option(
            names = "--health-body",
            paramLabel = "TEXT",
            description = "http, https: what the first 64 KiB of the page must contain.")
    private @Nullable String body;

    @Option(
            names = "--health-verify",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "https: the certificate must be trusted and the host's (default: false).")
    private @Nullable Boolean verify;

    @Option(
            names = "--health-send",
            paramLabel = "TEXT",
            description = "udp: what is sent, with \\xNN for any octet (default: \\x00).")
    private @Nullable String send;

    @Option(
            names = "--health-receive",
            paramLabel = "TEXT",
            description = "udp: what the answer must contain, with \\xNN for any octet; '' is any answer.")
    private @Nullable String receive;

    @Option(names = "--health-query", paramLabel = "NAME", description = "dns: the name that is asked for.")
    private @Nullable String query;

    @Option(names = "--health-record-type", paramLabel = "TYPE", description = "dns: A (default) or AAAA.")
    private @Nullable String recordType;

    @Option(
            names = "--health-command",
            paramLabel = "WORD",
            description = "exec: the program, by its path; repeated for each argument.")
    private @Nullable List<String> command;

    /** The kind of check alone where no more is said. */
    Object value() {
        HealthEntry entry = new HealthEntry(
                type,
                via,
                port,
                interval,
                timeout,
                rise,
                fall,
                path,
                host,
                expect,
                body,
                verify,
                send,
                receive,
                query,
                recordType,
                command);
        return type != null && entry.equals(typeAlone(type)) ? type : entry;
    }

    private static HealthEntry typeAlone(String type) {
        return new HealthEntry(
                type, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }
}
