package dev.trigon.systemtests.lab;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The client: curl and dig, as a user would. */
public final class Client {
    public static final long DOWNLOAD_OCTETS = 100L << 20;

    private static final Pattern SERVER = Pattern.compile("\"?(b[123])\"?");
    private static final Duration READY_LIMIT = Duration.ofSeconds(20);

    /** Below those that the kernel chooses from. */
    private static final int FIRST_PORT = 21_000;

    private final Host host;
    private final AtomicInteger nextPort = new AtomicInteger(FIRST_PORT);

    Client(Host host) {
        this.host = host;
    }

    public Host host() {
        return host;
    }

    /** Who answered how often. */
    public record Answers(Map<String, Long> byServer) {
        static Answers in(String output) {
            return new Answers(output.lines()
                    .map(SERVER::matcher)
                    .filter(Matcher::matches)
                    .collect(Collectors.groupingBy(it -> it.group(1), TreeMap::new, Collectors.counting())));
        }

        public long total() {
            return byServer.values().stream().mapToLong(Long::longValue).sum();
        }

        public long of(String server) {
            return byServer.getOrDefault(server, 0L);
        }
    }

    /** HTTP requests to the VIP, each over a connection of its own. */
    public Answers get(int requests) {
        return get(requests, 80);
    }

    public Answers get(int requests, int port) {
        return Answers.in(host.run(curl("http://%s:%d/?[1-%d]".formatted(Lab.VIP, port, requests)))
                .out());
    }

    /** Requests without end, until it is stopped; {@link #answered} reads what came of them. */
    public Program keepGetting() {
        return host.start(curl("http://%s/?[1-1000000]".formatted(Lab.VIP)));
    }

    /** What the requests so far came to: the servers that answered, and a {@code failed} for each that none did. */
    public static List<String> answered(Program requests) {
        return requests.log()
                .lines()
                .flatMap(line -> {
                    Matcher server = SERVER.matcher(line);
                    if (server.matches()) {
                        return Stream.of(server.group(1));
                    }
                    return line.startsWith("status 000") ? Stream.of("failed") : Stream.of();
                })
                .toList();
    }

    private static String[] curl(String url) {
        return new String[] {
            "curl", "-s", "--max-time", "5", "-H", "Connection: close", "-w", "status %{http_code}\\n", url
        };
    }

    /**
     * DNS queries to the VIP, each from a port that none came from before. Left to itself dig now and then takes one twice:
     * that is then a flow, which keeps its server.
     */
    public Answers query(int queries) {
        int first = nextPort.getAndAdd(queries);
        return query(first, first + queries - 1);
    }

    /** One query, as a part of the flow that this port makes. */
    public Answers queryFrom(int port) {
        return query(port, port);
    }

    private Answers query(int firstPort, int lastPort) {
        String dig =
                "dig @%s -b %s#$port +short +tries=1 +time=2 server.trigon TXT".formatted(Lab.VIP, Lab.CLIENT_ADDRESS);
        return Answers.in(
                host.shell("for port in $(seq %d %d); do %s || true; done".formatted(firstPort, lastPort, dig)));
    }

    /** Starts a download of {@link #DOWNLOAD_OCTETS} from this port of the client. Its log ends in {@code octets N}. */
    public Program download(String rateLimit, int port) {
        return host.start(
                "curl",
                "-sS",
                "--max-time",
                "90",
                "--limit-rate",
                rateLimit,
                "-o",
                "/dev/null",
                "-w",
                "octets %{size_download}\\n",
                "--local-port",
                String.valueOf(port),
                "http://" + Lab.VIP + "/100M.bin");
    }

    /** Returns once each of these servers answers HTTP requests to the VIP. */
    public void awaitAnswersFrom(List<String> servers) {
        Eventually.within(
                READY_LIMIT,
                () -> get(2 * servers.size(), 8080).byServer().keySet().containsAll(servers),
                () -> "not every one of " + servers + " answers");
    }
}
