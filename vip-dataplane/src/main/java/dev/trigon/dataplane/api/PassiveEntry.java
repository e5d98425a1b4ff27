package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** By what its clients do a backend is taken for down; null is left out of the JSON: the default applies. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PassiveEntry(
        @Nullable Integer repeats,
        @Nullable String within,
        @Nullable String hold) {}
