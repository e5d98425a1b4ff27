package dev.trigon.dataplane;

import ch.qos.logback.classic.Level;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.answer.AnswerPolicy;
import dev.trigon.dataplane.config.VipdConfig;
import dev.trigon.dataplane.config.VipdConfigFile;
import dev.trigon.dataplane.control.ControlServer;
import dev.trigon.dataplane.control.ServiceRegistry;
import dev.trigon.dataplane.control.StateDirectory;
import dev.trigon.dataplane.engine.Engine;
import dev.trigon.dataplane.engine.EngineSettings;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.linux.NamespaceLock;
import dev.trigon.linux.libc.LibC;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The gateway's daemon. */
@Command(
        name = "vipd",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Balances what is addressed to virtual IPs over real servers, which answer the clients directly.",
        footer = {
            "",
            "Runs in the foreground as root and logs to stderr; SIGTERM is a clean stop.",
            "What it balances is told through vipctl, kept, and there again after a restart.",
            "Exit codes: 0 stopped cleanly, 1 refused or failed, 2 wrong usage."
        })
public final class Vipd implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(Vipd.class);
    private static final int REFUSED = 1;
    private static final String GATEWAY_LOCK = "trigon-vipd";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings: interfaces, engine, flow table, sockets (default: ${DEFAULT-VALUE}).",
            defaultValue = "/etc/trigon/vipd.yaml")
    private Path config = VipdConfig.DEFAULT_FILE;

    @Option(names = "--debug", description = "Log more, and a stack trace with an error.")
    private boolean debug;

    private final long startedNs = System.nanoTime();

    private Vipd() {}

    public static void main(String[] args) {
        Thread.setDefaultUncaughtExceptionHandler(Vipd::died);
        int exitCode = new CommandLine(new Vipd()).execute(args);
        System.exit(exitCode);
    }

    /** Without one of its threads it would look alive, and something that nobody looks at would not be done any more. */
    private static void died(Thread thread, Throwable why) {
        LOG.error("{} died; vipd ends, so that whatever started it starts it again", thread.getName(), why);
        Runtime.getRuntime().halt(1);
    }

    @Override
    public Integer call() {
        if (debug) {
            ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("dev.trigon")).setLevel(Level.DEBUG);
        }
        try {
            run();
            return 0;
        } catch (Refusal e) {
            return complain(String.valueOf(e.getMessage()), e);
        } catch (IOException | RuntimeException e) {
            return complain("running: " + e + "; run with --debug for more", e);
        }
    }

    private int complain(String line, Exception cause) {
        System.err.println("vipd: " + line);
        if (debug) {
            LOG.error("because of", cause);
        }
        return REFUSED;
    }

    @SuppressWarnings("try") // the lock is held, and not looked at
    private void run() throws Refusal, IOException {
        if (LibC.geteuid() != 0) {
            throw new Refusal("start", "raw sockets and routes are root's", "run it with sudo");
        }
        VipdConfig settings = VipdConfigFile.load(config);
        StopSignal signal = StopSignal.install();
        boolean stoppedCleanly = false;
        try (StateDirectory state = StateDirectory.open(settings.state());
                NamespaceLock gateway = gateway(settings);
                Engine engine = Engine.start(engineSettings(settings))) {
            serve(settings, state, engine, signal);
            stoppedCleanly = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            signal.stopped(stoppedCleanly);
        }
    }

    private void serve(VipdConfig settings, StateDirectory state, Engine engine, StopSignal signal)
            throws Refusal, InterruptedException {
        ServiceRegistry registry = ServiceRegistry.open(state, engine);
        ControlServer server =
                ControlServer.start(settings.socket(), registry, engine, Version.number(), this::uptimeSeconds);
        try {
            registry.resume();
            LOG.info(
                    "vipd {} ready after {} ms: {} on {}, {} services, control socket {}",
                    Version.number(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNs),
                    engine.running().engine(),
                    String.join(", ", settings.interfaces()),
                    registry.services().size(),
                    settings.socket());
            signal.await();
            LOG.info("stopping");
        } finally {
            server.close();
        }
    }

    /** That this is the network namespace's one vipd. Before an interface is touched: a second one is none of its own. */
    private static NamespaceLock gateway(VipdConfig settings) throws Refusal {
        // whoever chose a socket that is taken should hear of that first
        ControlServer.checkFree(settings.socket());
        return NamespaceLock.take(GATEWAY_LOCK)
                .orElseThrow(() -> new Refusal(
                        "start",
                        "another vipd runs in this network namespace, and they would undo each other's guard routes",
                        "stop that one, or give it these interfaces too"));
    }

    private static EngineSettings engineSettings(VipdConfig settings) {
        VipdConfig.Timeouts timeouts = settings.flows().timeouts();
        return new EngineSettings(
                settings.interfaces(),
                settings.engine(),
                settings.workers(),
                settings.cpus(),
                settings.state(),
                settings.flows().max(),
                settings.flows().cache(),
                settings.flows().newPerSecond(),
                settings.flows().maxAffinities(),
                new FlowTimeouts(
                        timeouts.syn().toMillis(),
                        timeouts.established().toMillis(),
                        timeouts.closing().toMillis(),
                        timeouts.closed().toMillis(),
                        timeouts.udp().toMillis()),
                new AnswerPolicy(
                        settings.icmp().echo() == VipdConfig.Echo.FORWARD,
                        settings.icmp().rate()),
                settings.faults(),
                settings.trace());
    }

    private long uptimeSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNs);
    }
}
