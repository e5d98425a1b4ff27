package dev.trigon.dataplane.doctor;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Numbers and lists as people read them, however many there are. */
final class Words {
    private static final int MOST_NAMES = 5;

    private Words() {}

    /** {@code 1 backend}, {@code 10,000 backends}; what is no noun stays as it is. */
    static String count(long count, String noun) {
        return String.format(Locale.ROOT, "%,d %s", count, noun) + (count == 1 || noun.equals("more") ? "" : "s");
    }

    /** The first few, and how many others. */
    static String list(Collection<String> names) {
        List<String> sorted = names.stream().sorted().toList();
        String first = sorted.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        return sorted.size() <= MOST_NAMES
                ? first
                : first + String.format(Locale.ROOT, " and %,d more", sorted.size() - MOST_NAMES);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.01 ? "%.4f %%" : "%.0f %%", share * 100);
    }
}
