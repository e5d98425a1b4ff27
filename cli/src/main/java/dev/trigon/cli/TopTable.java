package dev.trigon.cli;

import java.util.List;
import java.util.Locale;

/** Rates as a table, the same on a screen and in lines. */
final class TopTable {
    private static final String[] UNITS = {"", "k", "M", "G", "T"};

    private TopTable() {}

    static Table of(List<TopRow> rows) {
        Table table = new Table()
                .name("SERVICE")
                .name("BACKEND")
                .state("STATE")
                .number("PACKETS/S")
                .number("BITS/S")
                .number("FLOWS");
        for (TopRow row : rows) {
            table.row(
                    row.service(),
                    row.wholeService() ? "all" : row.backend(),
                    row.state(),
                    Math.round(row.packetsPerSecond()),
                    bits(row.bitsPerSecond()),
                    row.activeFlows());
        }
        return table;
    }

    /** By thousands, as the speed of a link is told. */
    static String bits(double perSecond) {
        double value = perSecond;
        int unit = 0;
        while (value >= 1_000 && unit < UNITS.length - 1) {
            value /= 1_000;
            unit++;
        }
        return unit == 0 ? String.valueOf(Math.round(value)) : String.format(Locale.ROOT, "%.1f%s", value, UNITS[unit]);
    }
}
