package dev.trigon.systemtests.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The client, asking for a VIP of one family: curl, dig and the like, as a user would. */
public final class Client {
    public static final long DOWNLOAD_OCTETS = 100L << 20;

    private static final Pattern SERVER = Pattern.compile("\"?(b[123])\"?");
    private static final Duration READY_LIMIT = Duration.ofSeconds(20);

    /** Below those that the kernel chooses from. */
    private static final int FIRST_PORT = 21_000;

    /** Seconds for a request: a packet that is lost again and again is sent again after 1, 2 and 4. */
    private static final String PATIENCE = "12";

    private static final AtomicInteger NEXT_PORT = new AtomicInteger(FIRST_PORT);

    private final Host host;
    private final Family family;

    Client(Host host, Family family) {
        this.host = host;
        this.family = family;
    }

    public Client over(Family other) {
        return new Client(host, other);
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
        return Answers.in(host.run(curl("http://%s/?[1-%d]".formatted(family.vip(port), requests)))
                .out());
    }

    /** The same, not one after another but all at once; {@link #answered} reads what came of them. */
    public Program getAtOnce(int requests) {
        List<String> command = new ArrayList<>(List.of(curl("http://%s/?[1-%d]".formatted(family.vip(80), requests))));
        command.addAll(
                1,
                List.of(
                        "--no-progress-meter",
                        "--parallel",
                        "--parallel-immediate",
                        "--parallel-max",
                        String.valueOf(requests)));
        return host.start(command.toArray(String[]::new));
    }

    /** Requests without end, until it is stopped; {@link #answered} reads what came of them. */
    public Program keepGetting() {
        return host.start(curl("http://%s/?[1-1000000]".formatted(family.vip(80))));
    }

    /** The same, no more than so many a second. */
    public Program keepGetting(int perSecond) {
        return keepGetting(perSecond, 80);
    }

    public Program keepGetting(int perSecond, int port) {
        List<String> command = new ArrayList<>(List.of(curl("http://%s/?[1-1000000]".formatted(family.vip(port)))));
        command.addAll(1, List.of("--rate", 60 * perSecond + "/m"));
        return host.start(command.toArray(String[]::new));
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
            "curl", "-s", "--max-time", PATIENCE, "-H", "Connection: close", "-w", "status %{http_code}\\n", url
        };
    }

    /**
     * DNS queries to the VIP, each from a port that none came from before. Left to itself dig now and then takes one twice:
     * that is then a flow, which keeps its server.
     */
    public Answers query(int queries) {
        int first = NEXT_PORT.getAndAdd(queries);
        return query(first, first + queries - 1);
    }

    /** One query, as a part of the flow that this port makes. */
    public Answers queryFrom(int port) {
        return query(port, port);
    }

    private Answers query(int firstPort, int lastPort) {
        String dig = "dig @%s -b %s#$port +short +tries=4 +time=1 server.trigon TXT"
                .formatted(family.vip(), family.client());
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
                "http://" + family.vip(80) + "/100M.bin");
    }

    public Program download() {
        return download("1G", NEXT_PORT.getAndIncrement());
    }

    /** Sends a file of so many octets to a server, which keeps it under this name; what came of it, as HTTP has it. */
    public int upload(String name, int octets) {
        host.shell("head -c %d /dev/urandom > %s".formatted(octets, uploaded(name)));
        return Integer.parseInt(host.ask(
                "curl",
                "-s",
                "--max-time",
                "50",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "-H",
                "Expect:",
                "-T",
                uploaded(name).toString(),
                "http://" + family.vip(80) + "/up/" + name));
    }

    /** What {@link #upload} sent. */
    public Path uploaded(String name) {
        return host.directory().resolve(name);
    }

    /**
     * Sends datagrams of so many octets, each from a port of its own and again if no answer comes, and says which server
     * had how many of them whole.
     */
    public Answers send(int datagrams, int octets) {
        String destination = family == Family.IPV4 ? "UDP4" : "UDP6";
        Path datagram = host.directory().resolve("datagram");
        host.shell("head -c %d /dev/urandom > %s".formatted(octets, datagram));
        String send = "socat -b 65536 -t 1 OPEN:%s!!STDOUT %s:%s"
                .formatted(datagram, destination, family.vip(Services.SIZES_PORT));
        // each waits a second for its answer, so all at once
        String out = host.shell("""
                for i in $(seq %d); do
                    (for try in 1 2 3 4 5 6 7; do a=$(%s); [ -z "$a" ] || break; done; echo "$a") &
                done; wait""".formatted(datagrams, send));
        return Answers.in(out.replace(" " + octets + "\n", "\n"));
    }

    /** What iperf3 measured between this client and {@link Services#IPERF_SERVER}. */
    public JsonNode iperf(String... options) {
        return iperf(1, options);
    }

    /**
     * The same on a network that may lose: iperf3 opens a stream of datagrams by one and its answer, repeats neither, and says
     * after half a minute that it failed (esnet/iperf#351).
     *
     * @param attempts of which one must succeed
     */
    public JsonNode iperf(int attempts, String... options) {
        List<String> command = new ArrayList<>(
                List.of("iperf3", "--json", "-c", family.vip(), "-p", String.valueOf(Services.IPERF_PORT)));
        command.addAll(List.of(options));
        String error = "";
        for (int i = 0; i < attempts; i++) {
            JsonNode measured = Json.of(host.ask(command.toArray(String[]::new)));
            error = measured.path("error").asText();
            if (error.isEmpty()) {
                return measured;
            }
        }
        throw new AssertionError("iperf3 says: " + error);
    }

    public Output ping(String... options) {
        List<String> command = new ArrayList<>(List.of("ping", "-n"));
        command.addAll(List.of(options));
        command.add(family.vip());
        return host.run(command.toArray(String[]::new));
    }

    /** Returns once each of these servers answers HTTP requests to the VIP. */
    public void awaitAnswersFrom(List<String> servers) {
        Eventually.within(
                READY_LIMIT,
                () -> get(2 * servers.size(), 8080).byServer().keySet().containsAll(servers),
                () -> "not every one of " + servers + " answers");
    }
}
