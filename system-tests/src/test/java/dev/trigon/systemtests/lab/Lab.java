package dev.trigon.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A lab for a test class, made by {@code scripts/lab} under a name of its own. After each test the packets of vipd must add
 * up; after the last one every host must be as it was when the lab came up, and the machine as it was before.
 */
public final class Lab implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    /** Where vipd receives, and what the servers' addresses begin with. */
    public enum Kind {
        ONE_ARMED("one-armed", 2, ""),
        TWO_ARMED("two-armed", 2, ""),
        ROUTED("routed", 3, ""),
        /** As one-armed, with a tag on every frame at the gateway. */
        VLAN("vlan", 2, "81006064"),
        /** The same with two. */
        QINQ("qinq", 2, "88a800c881006064");

        private final String label;
        private final int serversNetwork;
        private final String tags;

        Kind(String label, int serversNetwork, String tags) {
            this.label = label;
            this.serversNetwork = serversNetwork;
            this.tags = tags;
        }
    }

    public static final String VIP = Family.IPV4.vip();
    public static final String CLIENT_ADDRESS = Family.IPV4.client();
    public static final List<String> SERVERS = List.of("b1", "b2", "b3");

    private static final Duration STARTED_LIMIT = Duration.ofSeconds(20);
    private static final int FIRST_SERVER = 11;
    private static final int LAST_WORDS = 2000;
    private static final List<String> HOSTS = List.of("client", "router", "gateway", "b1", "b2", "b3");
    private static final AtomicInteger LABS = new AtomicInteger();

    private final Kind kind;
    private final int mtu;
    /** Two tests' processes may have labs at once. */
    private final String name = Objects.requireNonNullElse(System.getenv("TRIGON_LAB_PREFIX"), "test") + "-"
            + ProcessHandle.current().pid() + "-" + LABS.incrementAndGet();

    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final Map<String, Host> segments = new LinkedHashMap<>();
    private final Map<String, HostState> hostsBefore = new LinkedHashMap<>();
    private final Map<Path, Integer> shown = new LinkedHashMap<>();
    private final Map<String, Agent> agents = new LinkedHashMap<>();
    private String engine = Vipd.TESTED_ENGINE;
    private boolean faulty = Faults.areEverywhere();
    private Path directory;
    private HostState machineBefore;
    private String gatewayMac;
    private String routerMac;
    private PacketCounts packets;
    private Vipd vipd;
    private Client client;

    public Lab(Kind kind) {
        this(kind, 1500);
    }

    /** @param mtu of every wire */
    public Lab(Kind kind, int mtu) {
        this.kind = kind;
        this.mtu = mtu;
    }

    /** The same on a bad network. */
    public Lab withFaults() {
        faulty = true;
        return this;
    }

    /** With this engine, whichever is tested. */
    public Lab withEngine(String wanted) {
        engine = wanted;
        return this;
    }

    /** How many packets of a hundred are lost on the way to a server. */
    public double lossPercent() {
        return faulty ? Faults.LOSS_PERCENT : 0;
    }

    /** The checkout that is tested. */
    public static Path home() {
        return Path.of(Objects.requireNonNull(System.getProperty("trigon.home"), "trigon.home is set by the build"));
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new IllegalStateException("system tests need root: run sudo scripts/test, or build with -DskipITs");
        }
        machineBefore = HostState.ofMachine();
        directory = Files.createTempDirectory(name + "-");
        script("up", kind.label).orFail();
        for (String host : HOSTS) {
            hosts.put(host, new Host(host, name + "-" + host, directory));
        }
        gatewayMac = gateway().mac("eth0");
        routerMac = router().mac("lan");
        if (!kind.tags.isEmpty()) {
            Trunk.start(new Host("lan", name + "-lan", directory), kind.tags);
        }
        packets = PacketCounts.start(this);
        for (Family family : Family.values()) {
            // what is said to a stranger leads nowhere, and the router does not tell who said it
            router().ask("ip", "route", "add", "blackhole", family.stranger());
            router().ask("ip", "route", "add", "blackhole", family.crowdNetwork());
        }
        // a connection that was reset is for curl one that goes on, until it has read what its kernel has of it
        host("client").ask("sysctl", "-q", "net.ipv4.tcp_rmem=4096 131072 1048576");
        hosts.forEach((host, it) -> hostsBefore.put(host, it.state()));
        vipd = new Vipd(this, directory, engine, faulty ? Faults.CONFIGURATION : "");
        client = new Client(host("client"), Family.IPV4);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (vipd.isRunning()) {
            vipd.awaitBalance();
        }
        context.getExecutionException()
                .ifPresent(e -> System.err.println("after " + context.getDisplayName() + " failed, " + lastWords()));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        try {
            agents.values().parallelStream().forEach(Agent::stop);
            if (faulty && vipd.isRunning()) {
                Faults.shouldHaveCountedEveryPacket(vipd);
            }
            vipd.stop();
            HOSTS.forEach(
                    host -> assertThat(changesOn(host)).as("left on %s", host).isEmpty());
        } finally {
            Output down = script("down");
            delete(directory);
            down.orFail();
        }
        assertThat(namespaces()).noneMatch(it -> it.startsWith(name));
        assertThat(HostState.ofMachine().changesSince(machineBefore))
                .as("left on the machine")
                .isEmpty();
    }

    public Kind kind() {
        return kind;
    }

    public Host host(String host) {
        return Objects.requireNonNull(hosts.get(host), host);
    }

    public Host gateway() {
        return host("gateway");
    }

    public Host router() {
        return host("router");
    }

    public Client client() {
        return client;
    }

    /** What is not as it was before anything of Trigon ran on this host. */
    public List<String> changesOn(String host) {
        return host(host).state().changesSince(Objects.requireNonNull(hostsBefore.get(host), host));
    }

    /** A frame as the router would send it to the gateway. */
    public FrameBuilder frame(Family family) {
        return new FrameBuilder(family, gatewayMac, routerMac);
    }

    /** Frames for the gateway, none yet. */
    public Frames frames(Family family) {
        return new Frames(family, () -> frame(family));
    }

    /**
     * Starts a flood of packets for a port of the VIP.
     *
     * @param perSecond at most so many, or {@link Flood#UNLIMITED}
     */
    public Flood flood(Flood.Kind kind, Family family, int port, int perSecond, Duration length) {
        return Flood.start(this, kind, family, port, perSecond, length);
    }

    /** The gateway's vipd, started or not. */
    public Vipd vipd() {
        return vipd;
    }

    /** @param device of the gateway: eth0, and eth1 in the two-armed lab */
    public Wire wire(String device) {
        return new Wire(gateway(), segment(device.equals("eth0") ? "lan" : "far"), packets, device);
    }

    /** What the gateway's eth0 is plugged into. */
    public Host segment() {
        return segment("lan");
    }

    private Host segment(String segment) {
        return segments.computeIfAbsent(segment, it -> new Host(it, name + "-" + it, directory));
    }

    public PacketCounts packets() {
        return packets;
    }

    /** @param server b1 to b3 */
    public String address(String server) {
        return address(server, Family.IPV4);
    }

    public String address(String server, Family family) {
        return family.address(kind.serversNetwork, FIRST_SERVER + SERVERS.indexOf(server));
    }

    /** Where the lab keeps a server's files. */
    public Path files(String server) {
        return Path.of("/run/trigon-lab", name, server);
    }

    /** A directory that lives as long as the lab. */
    public Path directory() {
        return directory;
    }

    public Agent agent(String server) {
        return Objects.requireNonNull(agents.get(server), server);
    }

    /** Starts all that answers a client: vipd, which forwards in l2dsr, and agents and servers. Returns once all answer. */
    public void serveLayer2(String... agentOptions) {
        vipd.start();
        vipd.apply(Services.of(this, "l2dsr")).orFail();
        startAgents(agentOptions);
        startServersOfTheVips();
        client.awaitAnswersFrom(SERVERS);
    }

    /** The same in l3dsr. */
    public void serveLayer3() {
        vipd.start();
        vipd.apply(Services.of(this, "l3dsr")).orFail();
        startAgentsOfRoutedServers();
        startServersOfTheVips();
        client.awaitAnswersFrom(SERVERS);
    }

    /** Starts an agent on every server for the VIPs, and returns once each holds them. */
    public void startAgents(String... options) {
        List<String> all = new ArrayList<>();
        for (Family family : Family.values()) {
            all.addAll(List.of("--vip", family.vip()));
        }
        all.addAll(List.of(options));
        startAgentsWith(all);
    }

    /** The same in l3dsr, with the codes that vipd gave the VIPs. */
    public void startAgentsOfRoutedServers() {
        List<String> all = new ArrayList<>(List.of("--forward", "l3dsr"));
        for (Family family : Family.values()) {
            String code =
                    vipd.ask("service", "show", family.name("web")).path("dscp").asText();
            all.addAll(List.of("--vip", family.vip(), "--dscp", code));
        }
        startAgentsWith(all);
    }

    private void startAgentsWith(List<String> options) {
        for (String server : SERVERS) {
            agents.put(server, new Agent(host(server), directory.resolve("agent-" + server), options));
            agent(server).launch();
        }
        agents.values().forEach(Agent::awaitReady);
    }

    /**
     * Starts what is asked at a VIP besides HTTP and DNS. Each is bound to the VIP: a UDP server that listens on all
     * addresses would answer from its own.
     */
    public void startServersOfTheVips() {
        for (String server : SERVERS) {
            host(server).start(SizeServer.command(server).toArray(String[]::new));
        }
        for (Family family : Family.values()) {
            host(Services.IPERF_SERVER)
                    .start("iperf3", "-s", "-B", family.vip(), "-p", String.valueOf(Services.IPERF_PORT));
        }
        Eventually.within(
                STARTED_LIMIT,
                () -> SERVERS.stream()
                        .allMatch(it -> host(it).ask("ss", "-Hlun").contains(Family.IPV6.vip(Services.SIZES_PORT))),
                () -> "not every server has a UDP socket on port " + Services.SIZES_PORT);
    }

    public Output script(String... arguments) {
        List<String> command = new ArrayList<>(List.of(home() + "/scripts/lab"));
        command.addAll(List.of(arguments));
        return Output.of(Map.of("TRIGON_LAB", name, "TRIGON_LAB_MTU", String.valueOf(mtu)), command);
    }

    private static List<String> namespaces() {
        return Output.of(Map.of(), List.of("ip", "netns", "list")).orFail().lines();
    }

    /** What every program logged since the last failure: where to look first. */
    private String lastWords() {
        StringBuilder words = new StringBuilder("what the programs said last");
        try (Stream<Path> logs = Files.list(directory)) {
            for (Path log :
                    logs.filter(it -> it.toString().endsWith(".log")).sorted().toList()) {
                String text = Output.read(log);
                int from = Objects.requireNonNullElse(shown.put(log, text.length()), 0);
                if (from < text.length()) {
                    words.append("\n--- ").append(log.getFileName()).append('\n');
                    words.append(text.substring(Math.max(from, text.length() - LAST_WORDS)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return words.toString();
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
