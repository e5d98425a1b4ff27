package dev.trigon.dataplane.api;

import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The name that was probably meant by one that is not there: services and backends in vipd, commands and options in vipctl. */
public final class Similar {
    /** More of them are another name. */
    private static final int MOST_SLIPS = 2;

    private Similar() {}

    /** @return null where none is near: one slip in three characters at most, so that b1 is never taken for b2 */
    public static @Nullable String to(String given, Stream<String> there) {
        int most = Math.min(MOST_SLIPS, given.length() / 3);
        return there.filter(name -> Math.abs(name.length() - given.length()) <= most)
                .filter(name -> slips(given, name) <= most)
                .min(Comparator.<String>comparingInt(name -> slips(given, name)).thenComparing(name -> name))
                .orElse(null);
    }

    /**
     * How many characters were left out, put in, changed, or exchanged with their neighbour: the optimal string alignment
     * distance, of which only the last three rows are kept.
     */
    static int slips(String given, String name) {
        int[] before = new int[name.length() + 1];
        int[] last = new int[name.length() + 1];
        for (int j = 0; j <= name.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= given.length(); i++) {
            int[] row = new int[name.length() + 1];
            row[0] = i;
            for (int j = 1; j <= name.length(); j++) {
                int changed = last[j - 1] + (given.charAt(i - 1) == name.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, 1 + Math.min(row[j - 1], last[j]));
                if (exchanged(given, i, name, j)) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            before = last;
            last = row;
        }
        return last[name.length()];
    }

    private static boolean exchanged(String given, int i, String name, int j) {
        return i > 1 && j > 1 && given.charAt(i - 1) == name.charAt(j - 2) && given.charAt(i - 2) == name.charAt(j - 1);
    }
}
