package dev.trigon.systemtests.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** vipd on the gateway, and vipctl beside it. */
public final class Vipd {
    /** Which engine is tested: {@code scripts/test --engine} says. */
    static final String TESTED_ENGINE = System.getProperty("trigon.engine", "auto");

    private static final Duration READY_LIMIT = Duration.ofSeconds(30);
    private static final Duration BALANCE_LIMIT = Duration.ofSeconds(5);

    private final Lab lab;
    private final Path directory;
    private final Path config;
    private final Path socket;
    private final String engine;
    private final String faults;
    private Program program;

    Vipd(Lab lab, Path directory, String engine, String faults) {
        this.lab = lab;
        this.engine = engine;
        this.faults = faults;
        this.directory = directory;
        this.config = directory.resolve("vipd.yaml");
        this.socket = directory.resolve("vipd.sock");
    }

    /** A configuration as the tests use it. */
    public static String configuration(String device, Path socket, Path state) {
        return configuration(device, TESTED_ENGINE, socket, state);
    }

    private static String configuration(String device, String engine, Path socket, Path state) {
        return """
                interfaces: [%s]
                engine: %s
                control:
                  socket: %s
                state: %s
                """.formatted(device, engine, socket, state);
    }

    /** Starts it, again if it was stopped or killed, and returns once it answers. */
    public void start() {
        start("");
    }

    /** @param more of its configuration */
    public void start(String more) {
        startBehind(List.of(), more);
    }

    /** @param wrapper a command that becomes vipd in the end, such as a shell's that mounts something before */
    public void startBehind(List<String> wrapper, String more) {
        program = lab.gateway().start("vipd", commandBehind(wrapper, more));
        Eventually.within(
                READY_LIMIT,
                () -> {
                    if (!program.isAlive()) {
                        throw program.ended();
                    }
                    // a curl in vain every few milliseconds would take from vipd what it needs to start
                    return Files.exists(socket) && get("/v1/status").exit() == 0;
                },
                () -> "vipd does not answer; " + program.stuck());
    }

    private List<String> commandBehind(List<String> wrapper, String more) {
        write(config, configuration("eth0", engine, socket, state()) + faults + more);
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(Lab.home() + "/scripts/vipd", "--config", config.toString()));
        return command;
    }

    /** Starts it where it is expected to refuse, and says what it came to. */
    public Output refuseBehind(List<String> wrapper) {
        return lab.gateway().run(commandBehind(wrapper, "").toArray(String[]::new));
    }

    /** Starts one that is expected to refuse, and says what it came to. */
    public Output refuse(Path configuration) {
        return lab.gateway().run(Lab.home() + "/scripts/vipd", "--config", configuration.toString());
    }

    public boolean isRunning() {
        return program != null && program.isAlive();
    }

    public int stop() {
        return program == null ? 0 : program.stop();
    }

    public void kill() {
        program.kill();
    }

    /** SIGSTOP: it does nothing any more, and the kernel keeps all it has. */
    public void freeze() {
        program.signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() {
        program.signal("CONT");
    }

    public String log() {
        return program.log();
    }

    public Path socket() {
        return socket;
    }

    public Path state() {
        return directory.resolve("state");
    }

    /** Where one finds from outside what vipd has under this path: it may have mounted something there. */
    public Path seen(Path path) {
        return Path.of("/proc", String.valueOf(program.pid()), "root")
                .resolve(Path.of("/").relativize(path));
    }

    public Output ctl(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Lab.home() + "/scripts/vipctl", "--socket", socket.toString()));
        command.addAll(Arrays.asList(arguments));
        return Output.of(Map.of(), command);
    }

    /** What vipctl prints as JSON. */
    public JsonNode ask(String... arguments) {
        List<String> command = new ArrayList<>(Arrays.asList(arguments));
        command.addAll(List.of("-o", "json"));
        return Json.of(ctl(command.toArray(String[]::new)).orFail().out());
    }

    public Output apply(Services services) {
        return apply(services.yaml());
    }

    /** @param yaml of a services file */
    public Output apply(String yaml) {
        Path file = directory.resolve("services.yaml");
        write(file, yaml);
        return ctl("apply", "-f", file.toString());
    }

    // Straight from the control socket, as a monitoring script would ask, and sooner than a vipctl is there.

    public JsonNode status() {
        return Json.of(get("/v1/status").orFail().out());
    }

    public JsonNode counters() {
        return Json.of(get("/v1/counters").orFail().out());
    }

    /** One of the counters that are no drop reason: a verdict, their sum, or what is observed. */
    public long counter(String name) {
        JsonNode counters = counters();
        return counters.has(name)
                ? counters.path(name).asLong()
                : counters.path("other").path(name).asLong();
    }

    public long dropped(String reason) {
        return counters().path("dropped").path(reason).asLong();
    }

    /** Packets dropped, by reason, as far as there were any. */
    public Map<String, Long> dropped() {
        Map<String, Long> dropped = new TreeMap<>();
        counters()
                .path("dropped")
                .properties()
                .forEach(it -> dropped.put(it.getKey(), it.getValue().asLong()));
        dropped.values().removeIf(it -> it == 0);
        return dropped;
    }

    public JsonNode configuration() {
        return Json.of(get("/v1/configuration").orFail().out());
    }

    /** @param client as {@code address:port}, and so the VIP */
    public JsonNode explain(String protocol, String client, String vip) {
        return Json.of(get("/v1/explain?protocol=%s&client=%s&vip=%s".formatted(protocol, client, vip))
                .orFail()
                .out());
    }

    /** Those of all services. */
    public JsonNode backends() {
        return Json.of(get("/v1/backends").orFail().out());
    }

    /** A service's backends, as vipctl would print them, and sooner. */
    public JsonNode backends(String service) {
        return Json.of(get("/v1/services/" + service + "/backends").orFail().out());
    }

    /** How many flows are remembered. */
    public long activeFlows() {
        return ask("flows", "count").path("active").asLong();
    }

    /** What comes back for a JSON document. */
    public JsonNode post(String path, String document) {
        return Json.of(curl(path, "-X", "POST", "-d", document).orFail().out());
    }

    private Output get(String path) {
        return curl(path);
    }

    private Output curl(String path, String... options) {
        List<String> command =
                new ArrayList<>(List.of("curl", "-sSfg", "--max-time", "10", "--unix-socket", socket.toString()));
        command.addAll(Arrays.asList(options));
        command.add("http://localhost" + path);
        return Output.of(Map.of(), command);
    }

    /** Every packet has exactly one verdict. Packets may be on their way when this is called. */
    public void awaitBalance() {
        Eventually.within(BALANCE_LIMIT, () -> isBalanced(counters()), () -> "counters do not add up: " + counters());
    }

    private static boolean isBalanced(JsonNode counters) {
        long sum = 0;
        for (String verdict : List.of("forwarded", "answered", "passed", "waiting")) {
            sum += counters.path(verdict).asLong();
        }
        for (JsonNode dropped : counters.path("dropped")) {
            sum += dropped.asLong();
        }
        return sum == counters.path("received").asLong(-1);
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
