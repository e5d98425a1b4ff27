package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Specs;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What thousands of checks cost the monitor's thread, the kernel's part included: a main, with how many backends (10000), every how
 * many milliseconds (2000) and for how many seconds (20). All of 127/8 answers by one server that accepts, and closes much later.
 */
final class HealthBenchmark {
    private static final double NS_PER_SECOND = 1e9;
    /** A connection that is reset before the check has seen it made would be a failure. */
    private static final int KEPT_OPEN = 1_000;

    private HealthBenchmark() {}

    private static final class CountedPath implements CheckPath {
        private final AtomicLong made = new AtomicLong();

        @Override
        public InetAddress target(Probed backend) {
            return backend.address();
        }

        @Override
        public Lease bind(NetworkChannel channel, Protocol protocol, Probed backend) {
            made.incrementAndGet();
            return Lease.NOTHING;
        }

        @Override
        public Lease echo(Probed backend, Runnable replied) {
            return Lease.NOTHING;
        }
    }

    public static void main(String[] args) throws Exception {
        int backends = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int intervalMs = args.length > 1 ? Integer.parseInt(args[1]) : 2_000;
        int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 20;
        CountedPath path = new CountedPath();
        Map<String, Integer> told = new ConcurrentHashMap<>();
        HealthListener listener = (int id, boolean up, String reason, Instant at) ->
                told.merge((up ? "up: " : "down: ") + reason, 1, Integer::sum);
        try (ServerSocketChannel server = serve();
                HealthMonitor monitor = HealthMonitor.start(path, path, listener)) {
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            monitor.watch(targets(backends, port, intervalMs));
            Thread.sleep(2L * intervalMs + 3_000);
            long checks = path.made.get();
            long startNs = System.nanoTime();
            long cpuNs = monitorCpuNs();
            Thread.sleep(seconds * 1_000L);
            double took = (System.nanoTime() - startNs) / NS_PER_SECOND;
            double cpu = (monitorCpuNs() - cpuNs) / NS_PER_SECOND;
            long made = path.made.get() - checks;
            System.out.printf(
                    "%d backends every %d ms: %.0f checks/s, %.1f %% of a processor, %.1f us a check; told %s%n",
                    backends, intervalMs, made / took, 100 * cpu / took, 1e6 * cpu / made, told);
        }
    }

    private static ServerSocketChannel serve() throws Exception {
        ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress("0.0.0.0", 0), 4_096);
        Thread thread = new Thread(
                () -> {
                    try {
                        Deque<SocketChannel> open = new ArrayDeque<>();
                        while (true) {
                            open.add(server.accept());
                            if (open.size() > KEPT_OPEN) {
                                open.remove().close();
                            }
                        }
                    } catch (java.io.IOException e) {
                        // measured
                    }
                },
                "server");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static List<Target> targets(int backends, int port, int intervalMs) {
        HealthSpec spec = new HealthSpec(
                new HealthProbe.Tcp(),
                HealthSpec.Via.DIRECT,
                HealthSpec.SERVICE_PORT,
                Duration.ofMillis(intervalMs),
                Duration.ofMillis(Math.min(1_000, intervalMs)),
                2,
                3);
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < backends; i++) {
            InetAddress address = Specs.address("127." + (1 + i / 62_500) + "." + i / 250 % 250 + "." + (1 + i % 250));
            Probed backend =
                    new Probed(i, "web", "b" + i, address, Specs.address("203.0.113.10"), ForwardMode.L2DSR, 0);
            targets.add(new Target(backend, port, spec, false));
        }
        return targets;
    }

    private static long monitorCpuNs() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("health")) {
                return threads.getThreadCpuTime(thread.getId());
            }
        }
        throw new IllegalStateException("the monitor does not run");
    }
}
