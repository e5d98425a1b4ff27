package dev.trigon.dataplane.service;

import java.time.Duration;

/**
 * How a service's backends are checked, as configured.
 *
 * @param port that is checked; {@link #SERVICE_PORT}: the service's first
 * @param interval from one check's beginning to the next one's, give or take a tenth
 * @param timeout how long a check may take, at most the interval
 * @param rise successes in a row that bring a backend up again
 * @param fall failures in a row that take it down
 */
public record HealthSpec(
        HealthProbe probe, Via via, int port, Duration interval, Duration timeout, int rise, int fall) {
    public static final int SERVICE_PORT = 0;

    public static final Duration MIN_INTERVAL = Duration.ofMillis(100);
    public static final Duration MAX_INTERVAL = Duration.ofHours(1);
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);
    public static final Duration MIN_TIMEOUT = Duration.ofMillis(10);
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);
    public static final int DEFAULT_RISE = 2;
    public static final int DEFAULT_FALL = 3;
    public static final int MAX_IN_A_ROW = 100;

    /** The way a check's packets go. */
    public enum Via {
        /** To the VIP and rewritten for the backend, as the clients' are. */
        VIP("vip"),
        /** To the backend's own address. */
        DIRECT("direct");

        private final String label;

        Via(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /** What is checked where nothing but the kind of check is said. */
    public static HealthSpec of(HealthProbe probe) {
        return new HealthSpec(
                probe, Via.VIP, SERVICE_PORT, DEFAULT_INTERVAL, DEFAULT_TIMEOUT, DEFAULT_RISE, DEFAULT_FALL);
    }

    /** The port that is checked of such a service; {@link #SERVICE_PORT} where it has any, and none is named. */
    public int portOf(ServiceSpec service) {
        PortRange first = service.ports().get(0);
        return port == SERVICE_PORT && !first.equals(PortRange.ALL) ? first.first() : port;
    }
}
