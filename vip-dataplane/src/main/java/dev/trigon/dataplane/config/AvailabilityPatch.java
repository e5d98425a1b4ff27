package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.Availability;
import dev.trigon.dataplane.service.PassiveCheck;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.WhenAllDown;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of what a service makes of how its backends are; null leaves a field as it is.
 *
 * @param namesPassive whether {@code passive} is asked for; if not, what is there stays
 * @param passive null: none
 */
record AvailabilityPatch(
        @Nullable WhenAllDown whenAllDown,
        @Nullable Duration slowStart,
        boolean namesPassive,
        @Nullable PassiveCheck passive) {
    static final String WHEN_ALL_DOWN = "whenAllDown";
    static final String SLOW_START = "slowStart";
    static final String PASSIVE = "passive";

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MOST_REPEATS = 1_000;
    /** In place of a time: at once. */
    private static final String NONE = "none";

    private static final Map<String, WhenAllDown> LABELS = Fields.labels(WhenAllDown.values(), WhenAllDown::label);

    static AvailabilityPatch read(Source source, Fields service) throws Refusal {
        return new AvailabilityPatch(
                service.choice(WHEN_ALL_DOWN, LABELS),
                slowStart(service),
                service.has(PASSIVE),
                passive(source, service));
    }

    private static @Nullable Duration slowStart(Fields service) throws Refusal {
        Located node = service.get(SLOW_START);
        if (node == null) {
            return null;
        }
        return node instanceof Located.Scalar scalar && scalar.text().equals(NONE)
                ? Duration.ZERO
                : service.duration(SLOW_START, node, SECOND, HOUR);
    }

    private static @Nullable PassiveCheck passive(Source source, Fields service) throws Refusal {
        Located node = service.get(PASSIVE);
        if (node == null) {
            return null;
        }
        if (node instanceof Located.Scalar) {
            return Boolean.TRUE.equals(service.flag(PASSIVE)) ? PassiveCheck.DEFAULT : null;
        }
        Fields passive = Fields.of(source, node, "repeats", "within", "hold");
        PassiveCheck usual = PassiveCheck.DEFAULT;
        return new PassiveCheck(
                passive.number("repeats", usual.repeats(), 1, MOST_REPEATS),
                within(source, passive),
                time(passive, "hold", usual.hold(), HOUR));
    }

    private static Duration within(Source source, Fields passive) throws Refusal {
        Duration within = time(passive, "within", PassiveCheck.DEFAULT.within(), MINUTE);
        if (within.toMillis() % SECOND.toMillis() != 0) {
            throw source.invalid(
                    passive.required("within"), "'within' is " + Durations.format(within), "give whole seconds");
        }
        return within;
    }

    private static Duration time(Fields fields, String key, Duration usual, Duration longest) throws Refusal {
        Located node = fields.get(key);
        return node == null ? usual : fields.duration(key, node, SECOND, longest);
    }

    Availability applyTo(Availability present) {
        return new Availability(
                whenAllDown == null ? present.whenAllDown() : whenAllDown,
                slowStart == null ? present.slowStart() : slowStart,
                namesPassive ? passive : present.passive());
    }
}
