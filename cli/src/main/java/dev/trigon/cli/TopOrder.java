package dev.trigon.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What comes first in {@code vipctl top}: services among services, and within each its backends. */
enum TopOrder {
    name,
    packets,
    bits,
    flows;

    /** @return null where the key is no order's first letter */
    static @Nullable TopOrder byKey(int key) {
        for (TopOrder order : values()) {
            if (order.name().charAt(0) == key) {
                return order;
            }
        }
        return null;
    }

    /** @param rows each service before its backends */
    List<TopRow> sorted(List<TopRow> rows) {
        Map<String, List<TopRow>> backends = new LinkedHashMap<>();
        List<TopRow> services = new ArrayList<>();
        for (TopRow row : rows) {
            if (row.wholeService()) {
                services.add(row);
            } else {
                backends.computeIfAbsent(row.service(), service -> new ArrayList<>())
                        .add(row);
            }
        }
        Comparator<TopRow> order = order();
        services.sort(order);
        List<TopRow> sorted = new ArrayList<>();
        for (TopRow service : services) {
            sorted.add(service);
            backends.getOrDefault(service.service(), List.of()).stream()
                    .sorted(order)
                    .forEach(sorted::add);
        }
        return sorted;
    }

    private Comparator<TopRow> order() {
        return switch (this) {
            case name -> Comparator.comparing(TopRow::service).thenComparing(TopRow::backend);
            case packets -> Comparator.comparingDouble(TopRow::packetsPerSecond).reversed();
            case bits -> Comparator.comparingDouble(TopRow::bitsPerSecond).reversed();
            case flows -> Comparator.comparingLong(TopRow::activeFlows).reversed();
        };
    }
}
