package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a service's backends are checked; null is left out of the JSON: the default then applies, or what is there stays.
 *
 * @param type tcp, http, https, udp, dns, icmp or exec
 * @param via vip or direct
 * @param port null: the service's first
 * @param expect status codes as text such as {@code 200-299,404}
 * @param command a program and its arguments
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HealthEntry(
        @Nullable String type,
        @Nullable String via,
        @Nullable Integer port,
        @Nullable String interval,
        @Nullable String timeout,
        @Nullable Integer rise,
        @Nullable Integer fall,
        @Nullable String path,
        @Nullable String host,
        @Nullable String expect,
        @Nullable String body,
        @Nullable Boolean verify,
        @Nullable String send,
        @Nullable String receive,
        @Nullable String query,
        @Nullable String recordType,
        @Nullable List<String> command) {}
