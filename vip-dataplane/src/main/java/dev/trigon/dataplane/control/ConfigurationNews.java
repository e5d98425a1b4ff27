package dev.trigon.dataplane.control;

import dev.trigon.dataplane.control.EventLog.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one look found changed in the configuration: told one by one, or, where that is too much for anybody to read, by its
 * numbers. So a change of thousands leaves the log what else it remembers.
 */
final class ConfigurationNews {
    static final int MOST_ONE_BY_ONE = 100;

    private record Item(Kind kind, String about, String text) {}

    private final List<Item> items = new ArrayList<>();
    private final Map<String, Integer> numbers = new LinkedHashMap<>();

    /** @param sort what it is one of, to be counted */
    void add(String sort, Kind kind, String about, String text) {
        numbers.merge(sort, 1, Integer::sum);
        items.add(new Item(kind, about, text));
    }

    void tell(EventLog log) {
        if (items.size() <= MOST_ONE_BY_ONE) {
            items.forEach(item -> log.add(item.kind(), item.about(), item.text()));
        } else {
            String all = numbers.entrySet().stream()
                    .map(sort -> sort.getKey() + " " + sort.getValue())
                    .collect(Collectors.joining(", "));
            log.add(Kind.CONFIG, "a large change", all);
        }
    }
}
