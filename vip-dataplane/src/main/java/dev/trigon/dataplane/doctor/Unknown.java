package dev.trigon.dataplane.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one check cannot know of many things: those of one reason are one finding. */
final class Unknown {
    private final Map<String, List<String>> subjects = new TreeMap<>();
    private final Map<String, String> remedies = new TreeMap<>();

    /** @param command what helps; of several for one reason the first is told */
    void add(String why, String subject, String command) {
        subjects.computeIfAbsent(why, it -> new ArrayList<>()).add(subject);
        remedies.putIfAbsent(why, command);
    }

    void tell(Findings found) {
        subjects.forEach(
                (why, those) -> found.unknown(Words.list(those), why, Remedy.byHand(remedies.getOrDefault(why, ""))));
    }
}
