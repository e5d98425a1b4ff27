package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Refusal;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a service's health check; null leaves a field as it is. A new check asks it of the default.
 *
 * @param none there shall be none; nothing else is asked then
 * @param type a check of this kind anew, with its times as they are; null: the one that is there, changed
 * @param keys what was given, apart from the times, to be told where it has no meaning
 */
record HealthPatch(
        boolean none,
        @Nullable HealthType type,
        Set<String> keys,
        HealthSpec.@Nullable Via via,
        @Nullable Integer port,
        Times times,
        ProbePatch probe) {
    static final HealthPatch NONE =
            new HealthPatch(true, null, Set.of(), null, null, Times.AS_THEY_ARE, ProbePatch.NOTHING);

    record Times(
            @Nullable Duration interval,
            @Nullable Duration timeout,
            @Nullable Integer rise,
            @Nullable Integer fall) {
        static final Times AS_THEY_ARE = new Times(null, null, null, null);
    }

    HealthPatch {
        keys = Set.copyOf(keys);
    }

    static HealthPatch of(HealthType type) {
        return new HealthPatch(false, type, Set.of(), null, null, Times.AS_THEY_ARE, ProbePatch.NOTHING);
    }

    /** @param what the check is, in a refusal */
    @Nullable
    HealthSpec applyTo(@Nullable HealthSpec present, String what) throws Refusal {
        if (none) {
            return null;
        }
        HealthType kind = type != null ? type : present == null ? null : HealthType.of(present.probe());
        if (kind == null) {
            throw new Refusal(
                    what, "it has no health check that this could be changed of", "give its type too, such as tcp");
        }
        checkKeys(kind, what);
        HealthProbe newProbe = probe.applyTo(kind, type == null && present != null ? present.probe() : null, what);
        Duration interval = given(times.interval(), present == null ? HealthSpec.DEFAULT_INTERVAL : present.interval());
        Duration timeout = given(times.timeout(), present == null ? defaultTimeout(interval) : present.timeout());
        if (timeout.compareTo(interval) > 0) {
            throw new Refusal(
                    what,
                    "the timeout " + Durations.format(timeout) + " is longer than the interval "
                            + Durations.format(interval),
                    "give a timeout of " + Durations.format(interval) + " at most, or a longer interval");
        }
        return new HealthSpec(
                newProbe,
                via(kind, present),
                port(kind, present),
                interval,
                timeout,
                given(times.rise(), present == null ? HealthSpec.DEFAULT_RISE : present.rise()),
                given(times.fall(), present == null ? HealthSpec.DEFAULT_FALL : present.fall()));
    }

    private void checkKeys(HealthType kind, String what) throws Refusal {
        for (String key : keys) {
            if (!kind.keys().contains(key)) {
                throw new Refusal(what, misplaced(key, kind), remedy(kind));
            }
        }
    }

    static String misplaced(String key, HealthType kind) {
        return "'" + key + "' means nothing to a health check of type " + kind.label();
    }

    static String remedy(HealthType kind) {
        return "leave it out; beside type, interval, timeout, rise and fall it knows " + String.join(", ", kind.keys());
    }

    private static Duration defaultTimeout(Duration interval) {
        return HealthSpec.DEFAULT_TIMEOUT.compareTo(interval) > 0 ? interval : HealthSpec.DEFAULT_TIMEOUT;
    }

    /** What means nothing to this kind of check is as by default, so that equal checks are equal. */
    private HealthSpec.Via via(HealthType kind, @Nullable HealthSpec present) {
        boolean has = kind.keys().contains("via");
        return given(via, present == null || !has ? HealthSpec.Via.VIP : present.via());
    }

    private int port(HealthType kind, @Nullable HealthSpec present) {
        boolean has = kind.keys().contains("port");
        return given(port, present == null || !has ? HealthSpec.SERVICE_PORT : present.port());
    }

    static <T> T given(@Nullable T asked, T otherwise) {
        return asked == null ? otherwise : asked;
    }
}
