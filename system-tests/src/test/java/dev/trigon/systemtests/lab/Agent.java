package dev.trigon.systemtests.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** vip-agent on a server. */
public final class Agent {
    private static final Duration READY_LIMIT = Duration.ofSeconds(20);

    private final Host host;
    private final Path state;
    private final List<String> options;
    private Program program;
    private int saidBefore;

    Agent(Host host, Path state, List<String> options) {
        this.host = host;
        this.state = state;
        this.options = List.copyOf(options);
    }

    void launch() {
        List<String> command =
                new ArrayList<>(List.of(Lab.home() + "/scripts/vip-agent", "run", "--interface", "eth0"));
        command.addAll(options);
        command.addAll(List.of("--state", state.toString()));
        saidBefore = program == null ? 0 : program.log().length();
        program = host.start("agent-" + host.name(), command);
    }

    /** Starts it, and returns once it holds the VIPs. */
    public void start() {
        launch();
        awaitReady();
    }

    void awaitReady() {
        Eventually.within(
                READY_LIMIT,
                () -> {
                    if (!program.isAlive()) {
                        throw program.ended();
                    }
                    return program.log().indexOf("ready: ", saidBefore) >= 0 && holdsVips();
                },
                () -> "the agent on " + host.name() + " does not hold the VIPs:\n" + program.log());
    }

    public boolean holdsVips() {
        return Stream.of(Family.values())
                .noneMatch(it -> host.ask("ip", "-oneline", "address", "show", "dev", "lo", "to", it.vip())
                        .isBlank());
    }

    /** {@code vip-agent COMMAND…} on the same state. */
    public Output tell(String... command) {
        List<String> all = new ArrayList<>(List.of(Lab.home() + "/scripts/vip-agent"));
        all.addAll(Arrays.asList(command));
        all.addAll(List.of("--state", state.toString()));
        return host.run(all.toArray(String[]::new));
    }

    public int stop() {
        return program == null ? 0 : program.stop();
    }

    public void kill() {
        program.kill();
    }
}
