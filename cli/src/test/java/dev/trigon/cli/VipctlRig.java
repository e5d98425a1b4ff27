package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.control.ControlServer;
import dev.trigon.dataplane.control.FakeDataPath;
import dev.trigon.dataplane.control.ServiceRegistry;
import dev.trigon.dataplane.control.StateDirectory;
import dev.trigon.dataplane.service.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A control server on a socket of its own, and command lines against it. */
final class VipctlRig implements AutoCloseable {
    private final FakeDataPath dataPath = new FakeDataPath();
    private final StateDirectory state;
    private final ControlServer server;
    private Map<String, String> environment;
    /** What was waited, without waiting. */
    final List<Long> pausesNs = new CopyOnWriteArrayList<>();

    boolean terminal;

    /** What somebody types who can be asked. */
    @Nullable
    String answers;

    record Run(int exitCode, String out, String err) {}

    private VipctlRig(Path directory) throws Refusal {
        Path socket = directory.resolve("vipd.sock");
        state = StateDirectory.open(directory.resolve("state"));
        server = ControlServer.start(socket, ServiceRegistry.open(state, dataPath), dataPath, "0.1.0", () -> 3_725);
        environment = Map.of("VIPCTL_SOCKET", socket.toString());
    }

    static VipctlRig start(Path directory) throws Refusal {
        return new VipctlRig(directory);
    }

    /** As on a terminal that can be drawn on. */
    void onTerminal() {
        terminal = true;
        environment = Map.of("VIPCTL_SOCKET", environment.get("VIPCTL_SOCKET"), "TERM", "xterm", "NO_COLOR", "1");
    }

    FakeDataPath dataPath() {
        return dataPath;
    }

    /** A command line, its words apart by blanks; {@code ~} in a word stands for one. */
    Run vipctl(String commandLine) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = List.of(commandLine.split(" ", -1)).stream()
                .map(word -> word.replace('~', ' '))
                .toArray(String[]::new);
        int exitCode = vipctl(new PrintWriter(out, true), new PrintWriter(err, true), words);
        return new Run(exitCode, out.toString(), err.toString());
    }

    int vipctl(PrintWriter out, PrintWriter err, String... words) {
        return Vipctl.run(
                out,
                err,
                new Surroundings(
                        environment,
                        terminal,
                        answers == null ? null : new BufferedReader(new StringReader(answers)),
                        () -> pausesNs.stream().mapToLong(Long::longValue).sum(),
                        pausesNs::add),
                words);
    }

    static void assertOut(Run run, String expected) {
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo(expected);
        assertThat(run.exitCode()).isZero();
    }

    static void assertFails(Run run, int exitCode, String expected) {
        assertThat(run.err()).isEqualTo(expected);
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    @Override
    public void close() throws IOException {
        server.close();
        state.close();
    }
}
