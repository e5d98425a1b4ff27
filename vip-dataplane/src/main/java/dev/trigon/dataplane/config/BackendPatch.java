package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.BackendState;
import org.jspecify.annotations.Nullable;

/** What is to be changed in a backend; null leaves a field as it is. */
public record BackendPatch(
        @Nullable Integer weight,
        @Nullable BackendState state,
        @Nullable Boolean backup) {
    public BackendDraft applyTo(BackendDraft draft) {
        return new BackendDraft(
                draft.name(),
                draft.address(),
                weight == null ? draft.weight() : weight,
                state == null ? draft.state() : state,
                backup == null ? draft.backup() : backup);
    }
}
