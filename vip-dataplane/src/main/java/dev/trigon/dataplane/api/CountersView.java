package dev.trigon.dataplane.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every packet, by what became of it: received = forwarded + answered + passed + waiting + the sum of dropped.
 *
 * @param waiting held while the kernel resolves a next hop
 * @param dropped by reason
 * @param other what is worth seeing and is no verdict, by name
 * @param meanings what each counter means, by name; only where it was asked for
 */
public record CountersView(
        long received,
        long forwarded,
        long answered,
        long passed,
        long waiting,
        Map<String, Long> dropped,
        Map<String, Long> other,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Map<String, String> meanings) {}
