package dev.trigon.dataplane.config;

import dev.trigon.dataplane.port.fault.Faults;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * vipd.yaml, all of it in force.
 *
 * @param interfaces where VIP traffic arrives; at least one
 * @param workers how many there have to be in all; 0: as many as the engine runs, one an interface with pcap, one a
 *     receive queue with af_xdp
 * @param cpus which CPUs the workers are pinned to, one after the other and then from the first again; none: to none
 * @param socket the control socket
 * @param state the directory that keeps services and flows across restarts
 * @param icmp what is said to whoever sends to a VIP
 * @param faults what tests want done to packets; null for nothing
 * @param trace where packets are written down; null for nowhere
 */
public record VipdConfig(
        List<String> interfaces,
        Engine engine,
        int workers,
        List<Integer> cpus,
        Path socket,
        Path state,
        Flows flows,
        Icmp icmp,
        @Nullable Faults faults,
        @Nullable Trace trace) {
    public static final Path DEFAULT_FILE = Path.of("/etc/trigon/vipd.yaml");

    public VipdConfig {
        interfaces = List.copyOf(interfaces);
        cpus = List.copyOf(cpus);
    }

    /** What workers there are to be is the engine's to say. */
    public static final int WORKERS_AUTO = 0;

    /** What packets come in and go out by. */
    public enum Engine {
        /** What is fastest of what the host has. */
        AUTO("auto"),
        AF_XDP("af_xdp"),
        PCAP("pcap");

        private final String label;

        Engine(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /**
     * The flow table.
     *
     * @param max how many flows are remembered
     * @param cache how many of them each worker has at hand; a power of two: what was asked for, rounded up;
     *     where nothing was, max, or what there is room for
     * @param newPerSecond how many new ones each worker remembers a second, apart from connections whose SYN it
     *     noted; more are placed by hash
     * @param maxAffinities how many clients are remembered for services with affinity
     */
    public record Flows(long max, int cache, int newPerSecond, int maxAffinities, Timeouts timeouts) {
        public static final int MIN_MAX = 1 << 10;
        public static final int MAX_MAX = 1 << 24;
        /** The most that is taken where nothing is asked for: 84 MiB a worker. */
        public static final int MAX_DEFAULT_CACHE = 1 << 20;

        public static final int MIN_CACHE = 1 << 10;
        public static final int MAX_CACHE = 1 << 24;
        /** What one entry takes outside the heap: 64 for a flow, 16 for the rest of IPv6's addresses, 4 in a queue. */
        public static final int CACHE_ENTRY_OCTETS = 84;
        /** What all workers' caches may take; scripts/vipd lets vipd have so much, and half a GiB for all else. */
        public static final long MAX_CACHES_OCTETS = 2L << 30;

        public static final int DEFAULT_NEW_PER_SECOND = 100_000;
        public static final int MAX_NEW_PER_SECOND = 10_000_000;
        public static final int DEFAULT_MAX_AFFINITIES = 1 << 18;

        /** The largest cache that each of so many workers can have; a power of two. */
        public static int mostCached(int workers) {
            long entries = MAX_CACHES_OCTETS / CACHE_ENTRY_OCTETS / workers;
            return (int) Math.min(MAX_CACHE, Long.highestOneBit(entries));
        }
    }

    /** Who answers a ping of a VIP. */
    public enum Echo {
        /** vipd itself. */
        ANSWER("answer"),
        /** One of the VIP's servers. */
        FORWARD("forward");

        private final String label;

        Echo(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /** @param rate echo replies and ICMP errors a second, of each worker at most */
    public record Icmp(Echo echo, int rate) {
        public static final int MAX_RATE = 1_000_000;
        public static final Icmp DEFAULT = new Icmp(Echo.ANSWER, 1_000);
    }

    /** @param packets that each file may have; there are two an interface */
    public record Trace(Path directory, int packets) {
        public static final int DEFAULT_PACKETS = 100_000;
        public static final int MAX_PACKETS = 100_000_000;
    }

    /** How long a flow may be idle, by what is known of it, before it is forgotten. */
    public record Timeouts(Duration syn, Duration established, Duration closing, Duration closed, Duration udp) {
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(30),
                Duration.ofMinutes(15),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5));
    }
}
