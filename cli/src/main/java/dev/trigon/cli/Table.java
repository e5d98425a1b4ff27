package dev.trigon.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns as wide as what is in them, two spaces apart; numbers to the right. On a terminal that is too narrow names are cut;
 * never addresses or numbers, which are worth nothing in part.
 */
final class Table {
    private static final int LEAST_NAME = 8;
    private static final String GAP = "  ";

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    private final List<Integer> widths = new ArrayList<>();
    private boolean headerPrinted;

    private enum Kind {
        TEXT,
        NAME,
        STATE,
        NUMBER
    }

    private record Column(String header, Kind kind) {}

    Table text(String header) {
        return column(header, Kind.TEXT);
    }

    /** What may be cut where there is no room for all of it. */
    Table name(String header) {
        return column(header, Kind.NAME);
    }

    Table state(String header) {
        return column(header, Kind.STATE);
    }

    Table number(String header) {
        return column(header, Kind.NUMBER);
    }

    private Table column(String header, Kind kind) {
        columns.add(new Column(header, kind));
        return this;
    }

    Table row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    /**
     * Prints the rows there are, the header first, and forgets them, so that a long table can be printed in pieces: a column
     * is never narrower than in the piece before. Only the header where there is no row, so that a reader sees what there
     * would be.
     */
    void print(Screen out) {
        List<String> header = columns.stream().map(Column::header).toList();
        widen(header);
        rows.forEach(this::widen);
        int[] fitted = fitted(out.columns());
        if (!headerPrinted && header.stream().anyMatch(text -> !text.isEmpty())) {
            out.println(line(header, fitted, out, true));
        }
        headerPrinted = true;
        rows.forEach(row -> out.println(line(row, fitted, out, false)));
        rows.clear();
    }

    private void widen(List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            if (i == widths.size()) {
                widths.add(0);
            }
            widths.set(i, Math.max(widths.get(i), cells.get(i).length()));
        }
    }

    /** Takes from the widest names until a line fits, or no name is left that can be cut. */
    private int[] fitted(int available) {
        int[] fitted = widths.stream().mapToInt(Integer::intValue).toArray();
        int line = GAP.length() * (fitted.length - 1);
        for (int width : fitted) {
            line += width;
        }
        int widest = widestName(fitted);
        while (line > available && widest >= 0) {
            fitted[widest]--;
            line--;
            widest = widestName(fitted);
        }
        return fitted;
    }

    private int widestName(int[] fitted) {
        int widest = -1;
        for (int i = 0; i < fitted.length; i++) {
            boolean canBeCut = columns.get(i).kind() == Kind.NAME && fitted[i] > LEAST_NAME;
            if (canBeCut && (widest < 0 || fitted[i] > fitted[widest])) {
                widest = i;
            }
        }
        return widest;
    }

    private String line(List<String> cells, int[] fitted, Screen out, boolean isHeader) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            Kind kind = columns.get(i).kind();
            String cell = cut(cells.get(i), fitted[i]);
            String padding = " ".repeat(fitted[i] - cell.length());
            String shown = isHeader ? out.heading(cell) : kind == Kind.STATE ? out.state(cell, cell) : cell;
            line.append(i == 0 ? "" : GAP).append(kind == Kind.NUMBER ? padding + shown : shown + padding);
        }
        return line.toString().stripTrailing();
    }

    private static String cut(String cell, int width) {
        return cell.length() <= width ? cell : cell.substring(0, width - 1) + "…";
    }
}
