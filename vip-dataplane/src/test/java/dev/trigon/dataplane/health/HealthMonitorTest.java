package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The monitor as vipd runs it, with a server that comes and goes. */
@Timeout(60)
class HealthMonitorTest {
    private static final HealthSpec FAST = new HealthSpec(
            new HealthProbe.Tcp(),
            HealthSpec.Via.DIRECT,
            HealthSpec.SERVICE_PORT,
            Duration.ofMillis(100),
            Duration.ofMillis(100),
            2,
            3);

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final class Teller implements HealthListener {
        @Override
        public void changed(int backendId, boolean up, String reason, Instant at) {
            told.add(backendId + (up ? " up: " : " down: ") + reason);
        }

        @Override
        public void settled() {
            told.add("settled");
        }
    }

    @Test
    void shouldFollowAServerThatComesAndGoes() throws Exception {
        try (DirectPath path = new DirectPath();
                HealthMonitor monitor = HealthMonitor.start(path, path, new Teller())) {
            int port;
            try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                port = server.getLocalPort();
                monitor.watch(List.of(new Target(Asker.BACKEND, port, FAST, false)));
                assertThat(next()).isEqualTo("7 up: connection accepted");
                assertThat(next()).isEqualTo("settled");
            }
            assertThat(next()).isEqualTo("7 down: connection refused");
            assertThat(next()).isEqualTo("settled");
            try (ServerSocket again = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
                assertThat(again.isBound()).isTrue();
                assertThat(next()).isEqualTo("7 up: connection accepted");
                BackendHealth health = monitor.health(7);
                assertThat(health.state()).isEqualTo(BackendHealth.State.UP);
                assertThat(health.lastCheck()).isNotNull();
            }
            monitor.watch(List.of());
            while (monitor.health(7) != null) {
                Thread.sleep(5);
            }
        }
    }

    @Test
    void shouldLeaveNoThreadBehind() throws Exception {
        try (DirectPath path = new DirectPath()) {
            HealthMonitor monitor = HealthMonitor.start(path, path, new Teller());
            monitor.watch(List.of(new Target(
                    Asker.BACKEND, 80, HealthSpec.of(new HealthProbe.Exec(List.of("/bin/sleep", "300"))), true)));
            while (Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("health-exec"))) {
                Thread.sleep(5);
            }
            monitor.close();
        }
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("health"))) {
            Thread.sleep(5);
        }
        assertThat(told).isEmpty();
    }

    private String next() throws InterruptedException {
        return told.poll(20, TimeUnit.SECONDS);
    }
}
