package dev.trigon.dataplane.api;

/**
 * Something that happened.
 *
 * @param id one more than the event's before it, and never given again while vipd runs
 * @param time in UTC, as in {@code 2026-11-27T19:34:23Z}
 * @param kind config, health, drain, engine or state
 * @param about what it happened to, such as {@code backend b1 of service web}
 * @param text what happened
 */
public record EventView(long id, String time, String kind, String about, String text) {}
