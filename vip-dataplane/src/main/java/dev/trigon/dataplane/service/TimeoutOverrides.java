package dev.trigon.dataplane.service;

import dev.trigon.conntrack.FlowTimeouts;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Timeouts of one service, where they are others than the gateway's; null: the gateway's. */
public record TimeoutOverrides(
        @Nullable Duration syn,
        @Nullable Duration established,
        @Nullable Duration closing,
        @Nullable Duration closed,
        @Nullable Duration udp) {
    public static final TimeoutOverrides NONE = new TimeoutOverrides(null, null, null, null, null);

    /** The service's timeouts, with the gateway's where it has none of its own. */
    public FlowTimeouts over(FlowTimeouts gateway) {
        return new FlowTimeouts(
                ms(syn, gateway.synMs()),
                ms(established, gateway.establishedMs()),
                ms(closing, gateway.closingMs()),
                ms(closed, gateway.closedMs()),
                ms(udp, gateway.udpMs()));
    }

    private static long ms(@Nullable Duration own, long gatewayMs) {
        return own == null ? gatewayMs : own.toMillis();
    }
}
