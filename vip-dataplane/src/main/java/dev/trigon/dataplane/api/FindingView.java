package dev.trigon.dataplane.api;

import org.jspecify.annotations.Nullable;

/**
 * What {@code vipctl doctor} saw of one thing.
 *
 * @param check which one: docs/doctor.md has them all
 * @param subject what was looked at
 * @param state {@link #WELL}, {@link #WRONG} or {@link #UNKNOWN}
 * @param evidence what was seen; where it is unknown, why
 * @param consequence what users notice; null where nothing is known to be wrong
 * @param remedy what to do; null: nothing
 * @param mendable whether {@code --fix} does it
 */
public record FindingView(
        String check,
        String subject,
        String state,
        String evidence,
        @Nullable String consequence,
        @Nullable String remedy,
        boolean mendable) {
    public static final String WELL = "well";
    public static final String WRONG = "wrong";
    public static final String UNKNOWN = "unknown";
}
