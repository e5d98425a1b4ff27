package dev.trigon.agent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was there before the agent came: all that it needs to put everything back, whatever becomes of it in between.
 *
 * <p>It is on disk before a change is made, so what it says was changed may not have been; putting back what was there is
 * right in both cases. What was noted first stays: an agent that adopts another's work after a crash finds the other's values
 * in the kernel, which are not what was there before.
 *
 * @param entries in the order in which items are set
 */
record Journal(Configuration configuration, Map<Item, Entry> entries, Map<IpFamily, InstalledRules> installed) {

    /**
     * @param before the value before the agent came
     * @param changed whether the agent has set it; what it has not is not its to put back
     */
    record Entry(String before, boolean changed) {}

    Journal {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        installed = Map.copyOf(installed);
    }

    static Journal empty(Configuration configuration) {
        return new Journal(configuration, Map.of(), Map.of());
    }

    /** This with the items that are required now, and those of before, which are still to be put back. */
    Journal noting(Configuration next, List<Requirement> requirements, Map<Item, String> observed, List<Step> steps) {
        Set<Item> toChange = steps.stream().map(Step::item).collect(Collectors.toSet());
        Map<Item, Entry> noted = new LinkedHashMap<>();
        for (Requirement requirement : requirements) {
            Item item = requirement.item();
            Entry known = entries.get(item);
            String before = known != null ? known.before() : before(item, observed);
            boolean changed = (known != null && known.changed()) || toChange.contains(item);
            noted.put(item, new Entry(before, changed));
        }
        entries.forEach(noted::putIfAbsent);
        return new Journal(next, noted, installed);
    }

    private static String before(Item item, Map<Item, String> observed) {
        // the table has a name of our own: what is found there is an earlier agent's
        return item instanceof Item.Rules ? Item.ABSENT : observed.getOrDefault(item, Item.ABSENT);
    }

    /** Without what is no longer required and has been put back. */
    Journal keeping(Set<Item> items) {
        Map<Item, Entry> kept = new LinkedHashMap<>(entries);
        kept.keySet().retainAll(items);
        return new Journal(configuration, kept, installed);
    }

    Journal withInstalled(IpFamily family, InstalledRules rules) {
        Map<IpFamily, InstalledRules> all = new EnumMap<>(IpFamily.class);
        all.putAll(installed);
        all.put(family, rules);
        return new Journal(configuration, entries, all);
    }

    /** The items that are the agent's to put back, last set first. */
    List<Item> toPutBack() {
        List<Item> items = new ArrayList<>();
        entries.forEach((item, entry) -> {
            if (entry.changed()) {
                items.add(0, item);
            }
        });
        return items;
    }
}
