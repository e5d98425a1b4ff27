package dev.trigon.dataplane.api;

import java.util.Map;

/**
 * Every packet, by what became of it: received = forwarded + answered + passed + waiting + the sum of dropped.
 *
 * @param waiting held while the kernel resolves a next hop
 * @param dropped by reason
 * @param other what is worth seeing and is no verdict, by name
 */
public record CountersView(
        long received,
        long forwarded,
        long answered,
        long passed,
        long waiting,
        Map<String, Long> dropped,
        Map<String, Long> other) {}
