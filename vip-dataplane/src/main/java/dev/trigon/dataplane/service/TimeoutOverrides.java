package dev.trigon.dataplane.service;

import dev.trigon.conntrack.FlowTimeouts;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Timeouts of one service, where they are others than the gateway's; null: the gateway's. */
public record TimeoutOverrides(
        @Nullable Duration syn,
        @Nullable Duration established,
        @Nullable Duration closing,
        @Nullable Duration closed,
        @Nullable Duration udp) {
    public static final TimeoutOverrides NONE = new TimeoutOverrides(null, null, null, null, null);

    public static final String UDP = "udp";

    /** Those that the service has of its own, by the names that operators type. */
    public List<String> states() {
        Map<String, @Nullable Duration> all = new LinkedHashMap<>();
        all.put("syn", syn);
        all.put("established", established);
        all.put("closing", closing);
        all.put("closed", closed);
        all.put(UDP, udp);
        return all.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The service's timeouts, with the gateway's where it has none of its own. */
    public FlowTimeouts over(FlowTimeouts gateway) {
        return new FlowTimeouts(
                ms(syn, gateway.synMs()),
                ms(established, gateway.establishedMs()),
                ms(closing, gateway.closingMs()),
                ms(closed, gateway.closedMs()),
                ms(udp, gateway.udpMs()));
    }

    /** How long a handshake may take in the service. */
    public long synMs(long gatewayMs) {
        return ms(syn, gatewayMs);
    }

    private static long ms(@Nullable Duration own, long gatewayMs) {
        return own == null ? gatewayMs : own.toMillis();
    }
}
