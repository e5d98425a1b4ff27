package dev.trigon.dataplane.api;

/**
 * A change that was made.
 *
 * @param number the revision that it made
 * @param time in UTC (ISO 8601)
 * @param command what was asked for
 * @param summary what it came to
 */
public record HistoryEntryView(long number, String time, String command, String summary) {}
