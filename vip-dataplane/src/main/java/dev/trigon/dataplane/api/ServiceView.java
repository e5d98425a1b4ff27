package dev.trigon.dataplane.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service as it is.
 *
 * @param ports numbers, texts such as {@code 8000-8100}, or the one text {@code any}
 * @param dscp the VIP's code in l3dsr, null in l2dsr
 * @param affinity its time such as {@code 10m} where no more than that is set, else an {@link AffinityEntry}; null: none
 * @param timeouts the service's own; null: all are the gateway's
 * @param onePacket whether each datagram is placed by itself
 * @param whenDown reset or move; null for UDP, whose flows move in any case
 * @param whenAllDown open or closed
 * @param slowStart in what time a backend that begins comes to its whole share; null: at once
 * @param passive true with its defaults, else a {@link PassiveEntry}; null: none
 * @param handshakeSeconds how long a TCP handshake may take, whose flow begins with its end; null for UDP
 * @param health null: none
 */
public record ServiceView(
        String name,
        String vip,
        String protocol,
        List<Object> ports,
        String forward,
        @Nullable Integer dscp,
        String scheduler,
        @Nullable Object affinity,
        @Nullable TimeoutsEntry timeouts,
        boolean onePacket,
        @Nullable String whenDown,
        String whenAllDown,
        @Nullable String slowStart,
        @Nullable Object passive,
        @Nullable Long handshakeSeconds,
        @Nullable HealthEntry health,
        List<BackendView> backends) {}
