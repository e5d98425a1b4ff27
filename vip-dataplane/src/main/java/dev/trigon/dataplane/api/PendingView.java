package dev.trigon.dataplane.api;

/**
 * A change that goes back by itself unless it is confirmed.
 *
 * @param secondsLeft in which it can be
 * @param backTo the revision whose services would be in force again
 */
public record PendingView(long secondsLeft, long backTo) {}
