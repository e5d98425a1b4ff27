package dev.trigon.dataplane.api;

import org.jspecify.annotations.Nullable;

/**
 * What was done about a finding.
 *
 * @param command what would have done the same
 * @param failure why it was not done; null: it was
 */
public record MendedView(String command, @Nullable String failure) {}
