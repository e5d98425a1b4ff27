package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.HealthEntry;
import dev.trigon.dataplane.config.Durations;
import dev.trigon.dataplane.service.EscapedText;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.StatusRange;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a service is checked, as it is shown outside: its kind and times, and what else is not as by default. */
final class HealthEntries {
    private HealthEntries() {}

    static @Nullable HealthEntry of(@Nullable HealthSpec health) {
        if (health == null) {
            return null;
        }
        HealthProbe probe = health.probe();
        HealthProbe.Http http = probe instanceof HealthProbe.Http it ? it : null;
        HealthProbe.Udp udp = probe instanceof HealthProbe.Udp it ? it : null;
        HealthProbe.Dns dns = probe instanceof HealthProbe.Dns it ? it : null;
        return new HealthEntry(
                probe.type(),
                health.via() == HealthSpec.Via.VIP ? null : health.via().label(),
                health.port() == HealthSpec.SERVICE_PORT ? null : health.port(),
                Durations.format(health.interval()),
                Durations.format(health.timeout()),
                health.rise(),
                health.fall(),
                http == null || http.path().equals(HealthProbe.Http.DEFAULT_PATH) ? null : http.path(),
                http == null ? null : http.host(),
                http == null || http.expect().equals(HealthProbe.Http.DEFAULT_EXPECT) ? null : statuses(http.expect()),
                http == null ? null : http.body(),
                verified(http),
                udp == null || udp.send().equals(HealthProbe.Udp.DEFAULT_SEND)
                        ? null
                        : udp.send().text(),
                udp == null ? null : text(udp.receive()),
                dns == null ? null : dns.query(),
                dns == null || dns.recordType() == HealthProbe.Dns.RecordType.A
                        ? null
                        : dns.recordType().name(),
                probe instanceof HealthProbe.Exec exec ? List.copyOf(exec.command()) : null);
    }

    private static @Nullable Boolean verified(HealthProbe.@Nullable Http http) {
        if (http == null || !http.verify()) {
            return null;
        }
        return true;
    }

    private static @Nullable String text(@Nullable EscapedText escaped) {
        return escaped == null ? null : escaped.text();
    }

    private static String statuses(List<StatusRange> expect) {
        return expect.stream().map(StatusRange::toString).collect(Collectors.joining(","));
    }
}
