package dev.trigon.cli;

import dev.trigon.dataplane.api.ServiceView;
import dev.trigon.dataplane.api.TimeoutsEntry;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A service, or a part of one, in a line. */
final class ServiceLines {
    private ServiceLines() {}

    static String summary(String done, ServiceView service) {
        String dscp = service.dscp() == null ? "" : ", dscp " + service.dscp();
        return "service " + service.name() + " " + done + ": " + service.protocol() + " " + service.vip() + " port "
                + Human.list(service.ports()) + ", " + service.forward() + dscp + ", " + service.scheduler() + ", "
                + flows(service) + Human.count(service.backends().size(), "backend");
    }

    /** Only what is not as by default. */
    private static String flows(ServiceView service) {
        String affinity = service.affinity() == null ? "" : "affinity " + affinity(service) + ", ";
        String timeouts = service.timeouts() == null ? "" : "timeouts " + timeouts(service) + ", ";
        String whenDown = "move".equals(service.whenDown()) ? "whenDown move, " : "";
        String whenAllDown = "closed".equals(service.whenAllDown()) ? "whenAllDown closed, " : "";
        String slowStart = service.slowStart() == null ? "" : "slowStart " + service.slowStart() + ", ";
        String health =
                service.health() == null ? "" : "health " + service.health().type() + ", ";
        return affinity
                + timeouts
                + (service.onePacket() ? "onePacket, " : "")
                + whenDown
                + whenAllDown
                + slowStart
                + (service.passive() == null ? "" : "passive, ")
                + health;
    }

    /** Its time, or each field with its name where there are more. */
    static String affinity(ServiceView service) {
        if (service.affinity() instanceof Map<?, ?> fields) {
            return fields.entrySet().stream()
                    .map(field -> field.getKey().equals("time")
                            ? String.valueOf(field.getValue())
                            : field.getKey() + " " + field.getValue())
                    .collect(Collectors.joining(" "));
        }
        return Human.orDash(service.affinity());
    }

    /** {@code true}, or each field with its name. */
    static String passive(ServiceView service) {
        return service.passive() instanceof Map<?, ?> fields
                ? fields.entrySet().stream()
                        .map(field -> field.getKey() + " " + field.getValue())
                        .collect(Collectors.joining(" "))
                : Human.orDash(service.passive());
    }

    static String timeouts(ServiceView service) {
        TimeoutsEntry own = service.timeouts();
        return own == null
                ? "-"
                : Stream.of(
                                timeout("syn", own.syn()),
                                timeout("established", own.established()),
                                timeout("closing", own.closing()),
                                timeout("closed", own.closed()),
                                timeout("udp", own.udp()))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining(" "));
    }

    private static String timeout(String state, @Nullable String time) {
        return time == null ? "" : state + "=" + time;
    }
}
