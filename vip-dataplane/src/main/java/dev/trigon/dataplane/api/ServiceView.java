package dev.trigon.dataplane.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service as it is.
 *
 * @param ports numbers, texts such as {@code 8000-8100}, or the one text {@code any}
 * @param dscp the VIP's code in l3dsr, null in l2dsr
 * @param affinity null: none
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
        @Nullable String affinity,
        @Nullable Object health,
        List<BackendView> backends) {}
