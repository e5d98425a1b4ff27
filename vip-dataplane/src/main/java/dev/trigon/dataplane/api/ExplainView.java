package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What would happen to a packet now, and why.
 *
 * @param client as {@code 198.51.100.10:40000} or {@code [2001:db8:c::10]:40000}, and so the VIP
 * @param reason flow, affinity, hash, schedule, no-service or no-backend
 * @param detail more of it, in words; null where there is no more to say, and left out of the JSON then
 * @param whyDown what the backend's checks find wrong with it; null: nothing, and left out of the JSON then
 * @param nextHop null: it goes to no backend, or none is known
 * @param before the frame of a flow's first packet as it arrives, in hexadecimal; null: it goes to no backend
 * @param after as it leaves; null: it does not
 */
public record ExplainView(
        String protocol,
        String client,
        String vip,
        @Nullable String service,
        @Nullable String backend,
        @Nullable String address,
        String reason,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String detail,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String whyDown,
        @Nullable NextHop nextHop,
        @Nullable String before,
        @Nullable String after) {
    /**
     * Where the frame goes.
     *
     * @param interfaceName that it leaves by; {@code interface} in JSON
     * @param direct whether the backend itself has that MAC, and not a router
     */
    public record NextHop(@JsonProperty("interface") String interfaceName, String mac, boolean direct) {}
}
