package dev.trigon.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** From what is to what should be: which steps, in which order. Knows nothing of how they are taken. */
final class Plan {
    private Plan() {}

    /** The steps after which every requirement holds. */
    static List<Step> toReach(List<Requirement> requirements, Map<Item, String> observed) {
        List<Step> steps = new ArrayList<>();
        for (Requirement requirement : requirements) {
            String found = observed.getOrDefault(requirement.item(), Item.ABSENT);
            boolean settable = !(requirement.item() instanceof Item.Setting) || !found.equals(Item.ABSENT);
            if (settable && !requirement.holds().test(found)) {
                steps.add(new Step(requirement.item(), found, requirement.target()));
            }
        }
        return steps;
    }

    /** The steps that put back what an earlier configuration asked for and this one does not. */
    static List<Step> toDropStale(List<Requirement> requirements, Map<Item, String> observed, Journal journal) {
        Set<Item> required = requirements.stream().map(Requirement::item).collect(Collectors.toSet());
        return toPutBack(
                journal.toPutBack().stream()
                        .filter(item -> !required.contains(item))
                        .toList(),
                observed,
                journal);
    }

    /** The steps that put everything back as it was. */
    static List<Step> toPutBack(Map<Item, String> observed, Journal journal) {
        return toPutBack(journal.toPutBack(), observed, journal);
    }

    private static List<Step> toPutBack(List<Item> items, Map<Item, String> observed, Journal journal) {
        List<Step> steps = new ArrayList<>();
        for (Item item : items) {
            Journal.Entry entry = journal.entries().get(item);
            String found = observed.getOrDefault(item, Item.ABSENT);
            // the settings of an interface that is gone went with it
            boolean gone = item instanceof Item.Setting && found.equals(Item.ABSENT);
            if (entry != null && !gone && !found.equals(entry.before())) {
                steps.add(new Step(item, found, entry.before()));
            }
        }
        return steps;
    }
}
