package dev.trigon.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns as wide as what is in them, two spaces apart; numbers to the right. */
final class Table {
    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    private final List<Integer> widths = new ArrayList<>();
    private boolean headerPrinted;

    private record Column(String header, boolean right) {}

    Table text(String header) {
        columns.add(new Column(header, false));
        return this;
    }

    Table number(String header) {
        columns.add(new Column(header, true));
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
    void print(PrintWriter out) {
        List<String> header = columns.stream().map(Column::header).toList();
        widen(header);
        rows.forEach(this::widen);
        if (!headerPrinted && header.stream().anyMatch(text -> !text.isEmpty())) {
            out.println(line(header));
        }
        headerPrinted = true;
        rows.forEach(row -> out.println(line(row)));
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

    private String line(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String padding = " ".repeat(widths.get(i) - cells.get(i).length());
            line.append(i == 0 ? "" : "  ");
            line.append(columns.get(i).right() ? padding + cells.get(i) : cells.get(i) + padding);
        }
        return line.toString().stripTrailing();
    }
}
