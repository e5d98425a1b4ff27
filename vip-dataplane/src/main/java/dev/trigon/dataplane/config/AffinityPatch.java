package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.Affinity;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a service's affinity; null leaves a field as it is.
 *
 * @param none there shall be none; nothing else is asked then
 * @param group {@link #NO_GROUP}: none, the service alone
 */
record AffinityPatch(
        boolean none,
        @Nullable Duration time,
        @Nullable Integer prefix4,
        @Nullable Integer prefix6,
        @Nullable String group) {
    static final AffinityPatch NONE = new AffinityPatch(true, null, null, null, null);

    /** No group is named so: the word takes a service out of the one it is in. */
    static final String NO_GROUP = "none";

    /** Whether it says enough where there is no affinity yet. */
    boolean isWhole() {
        return none || time != null;
    }

    @Nullable
    Affinity applyTo(@Nullable Affinity present) {
        Duration newTime = time != null ? time : present == null ? null : present.time();
        if (none || newTime == null) {
            return null;
        }
        int whole4 = present == null ? Affinity.WHOLE_PREFIX4 : present.prefix4();
        int whole6 = present == null ? Affinity.WHOLE_PREFIX6 : present.prefix6();
        String presentGroup = present == null ? null : present.group();
        String newGroup = group == null ? presentGroup : group.equals(NO_GROUP) ? null : group;
        return new Affinity(newTime, prefix4 == null ? whole4 : prefix4, prefix6 == null ? whole6 : prefix6, newGroup);
    }
}
