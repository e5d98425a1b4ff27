package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * An interface that VIP traffic arrives at.
 *
 * @param interfaceName {@code interface} in JSON
 * @param engine that works there, or worked there last
 * @param mode how, where the engine has several ways
 * @param reason why that engine
 * @param state {@link #UP} while VIP traffic is taken there, {@link #LOST} while it is not
 * @param why it is lost
 */
public record ArmView(
        @JsonProperty("interface") String interfaceName,
        String engine,
        @Nullable String mode,
        String reason,
        int workers,
        String state,
        @Nullable String why) {
    public static final String UP = "up";
    public static final String LOST = "lost";
}
