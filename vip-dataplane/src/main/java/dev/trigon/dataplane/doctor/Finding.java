package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.api.FindingView;
import org.jspecify.annotations.Nullable;

/**
 * What a check saw of one thing.
 *
 * @param subject what was looked at
 * @param evidence what was seen, with figures and names
 * @param consequence what users notice of it; null where it is well
 * @param remedy null where there is nothing to do
 */
record Finding(
        String check,
        String subject,
        State state,
        String evidence,
        @Nullable String consequence,
        @Nullable Remedy remedy) {
    FindingView view() {
        return new FindingView(
                check,
                subject,
                state.label(),
                evidence,
                consequence,
                remedy == null ? null : remedy.command(),
                remedy != null && remedy.mending() != null);
    }
}
