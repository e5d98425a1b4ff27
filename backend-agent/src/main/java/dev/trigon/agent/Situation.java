package dev.trigon.agent;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What is required of the kernel, and what is found there, at one moment. */
record Situation(List<Requirement> requirements, Map<Item, String> observed) {

    static Situation of(Kernel kernel, Configuration configuration, Journal journal) {
        List<Requirement> requirements = Requirements.of(
                configuration,
                kernel.addressesOf(configuration),
                kernel.read(new Item.Setting(Requirements.RP_FILTER_OF_ALL)),
                journal.installed());
        Set<Item> items = new LinkedHashSet<>(journal.entries().keySet());
        requirements.forEach(requirement -> items.add(requirement.item()));
        return new Situation(requirements, kernel.read(items));
    }

    Set<Item> required() {
        return requirements.stream().map(Requirement::item).collect(Collectors.toSet());
    }

    boolean holds(Requirement requirement) {
        return requirement.holds().test(found(requirement.item()));
    }

    String found(Item item) {
        return observed.getOrDefault(item, Item.ABSENT);
    }
}
