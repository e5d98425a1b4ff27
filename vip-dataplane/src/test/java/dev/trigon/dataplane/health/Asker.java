package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Specs;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/** Makes one check of a server on loopback, as the monitor's thread would. */
final class Asker implements AutoCloseable {
    static final Probed BACKEND = backend("127.0.0.1");

    private final DirectPath path = new DirectPath();
    private final EventLoop loop;
    private final LiveAttempts attempts;

    Asker() throws IOException {
        loop = new EventLoop(System::nanoTime);
        attempts = new LiveAttempts(loop, new SplittableRandom(1));
    }

    static Probed backend(String address) {
        return new Probed(7, "web", "b1", Specs.address(address), Specs.address("203.0.113.10"), ForwardMode.L2DSR, 0);
    }

    static HealthSpec spec(HealthProbe probe, int timeoutMs) {
        return new HealthSpec(
                probe,
                HealthSpec.Via.DIRECT,
                HealthSpec.SERVICE_PORT,
                Duration.ofSeconds(2),
                Duration.ofMillis(timeoutMs),
                2,
                3);
    }

    /** Of a check that may take long: what it waits for comes sooner. */
    Outcome ask(HealthProbe probe, int port) throws IOException {
        return ask(probe, port, 10_000);
    }

    Outcome ask(HealthProbe probe, int port, int timeoutMs) throws IOException {
        return ask(new Question(BACKEND, port, spec(probe, timeoutMs), path));
    }

    Outcome ask(Question question) throws IOException {
        AtomicReference<Outcome> outcome = new AtomicReference<>();
        attempts.start(question, outcome::set);
        while (outcome.get() == null) {
            loop.turn();
        }
        // once more, without waiting, for what is closed then
        loop.call(() -> {});
        loop.turn();
        return outcome.get();
    }

    CheckPath path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        attempts.close();
        loop.close();
        path.close();
    }
}
