package dev.trigon.dataplane.api;

import java.util.List;

/**
 * What happened since a moment.
 *
 * @param last of all there were: ask for what comes after it next
 * @param missed how many of those asked for vipd remembers no more
 */
public record EventsView(long last, long missed, List<EventView> events) {}
