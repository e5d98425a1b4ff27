package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service as it is asked for: an entry of a services file, or the body of a request that adds or changes one. Null is left
 * out of the JSON: the default then applies, or what is there stays.
 *
 * @param ports a text as typed ({@code 80,443}), or a list of numbers and such texts
 * @param affinity a time such as {@code 10m}, or an {@link AffinityEntry}; {@code none} takes away the one that is there
 * @param whenDown reset or move
 * @param whenAllDown open or closed
 * @param passive true, false or a {@link PassiveEntry}
 * @param slowStart a time such as {@code 30s}; {@code none} takes away the one that is there
 * @param health the kind of check such as {@code tcp}, or a {@link HealthEntry}; {@code none} takes away the one that is there
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceEntry(
        @Nullable String name,
        @Nullable String vip,
        @Nullable String protocol,
        @Nullable Object ports,
        @Nullable String forward,
        @Nullable Integer dscp,
        @Nullable String scheduler,
        @Nullable Object affinity,
        @Nullable TimeoutsEntry timeouts,
        @Nullable Boolean onePacket,
        @Nullable String whenDown,
        @Nullable String whenAllDown,
        @Nullable String slowStart,
        @Nullable Object passive,
        @Nullable Object health,
        @Nullable List<BackendEntry> backends) {
    /** One with nothing said that has a default. */
    public static ServiceEntry of(
            @Nullable String name,
            @Nullable String vip,
            @Nullable String protocol,
            Object ports,
            List<BackendEntry> backends) {
        return new ServiceEntry(
                name, vip, protocol, ports, null, null, null, null, null, null, null, null, null, null, null, backends);
    }
}
