package dev.trigon.cli;

import java.io.PrintWriter;
import java.util.Map;

/** Where a run prints to: as wide as the terminal and in colours, or a file or a pipe, that has neither width nor colour. */
final class Screen extends PrintWriter {
    static final int UNLIMITED = Integer.MAX_VALUE;

    private static final String RESET = "\033[0m";
    private static final String BOLD = "\033[1m";
    private static final Map<String, String> STATE_COLOURS =
            Map.of("up", "\033[32m", "draining", "\033[33m", "disabled", "\033[31m", "down", "\033[31m");

    private final int columns;
    private final boolean redraws;
    private final boolean coloured;

    /** @param environment is asked for COLUMNS, which scripts/vipctl asks the terminal for, NO_COLOR and TERM */
    Screen(PrintWriter out, boolean terminal, Map<String, String> environment) {
        this(out, terminal ? columns(environment) : UNLIMITED, terminal && canDraw(environment), environment);
    }

    private Screen(PrintWriter out, int columns, boolean redraws, Map<String, String> environment) {
        super(out);
        this.columns = columns;
        this.redraws = redraws;
        this.coloured = redraws && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** For a part of this one, which is written to {@code out} first. */
    Screen part(PrintWriter out, int newColumns) {
        return new Screen(out, newColumns, redraws, coloured ? Map.of() : Map.of("NO_COLOR", "1"));
    }

    private static int columns(Map<String, String> environment) {
        String given = environment.getOrDefault("COLUMNS", "");
        return given.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(given) : UNLIMITED;
    }

    private static boolean canDraw(Map<String, String> environment) {
        String type = environment.getOrDefault("TERM", "");
        return !type.isEmpty() && !type.equals("dumb");
    }

    int columns() {
        return columns;
    }

    /** Whether a line of it can be written over. */
    boolean redraws() {
        return redraws;
    }

    boolean coloured() {
        return coloured;
    }

    String heading(String text) {
        return coloured && !text.isEmpty() ? BOLD + text + RESET : text;
    }

    /** @param state as vipd calls it */
    String state(String state, String text) {
        String colour = STATE_COLOURS.get(state);
        return coloured && colour != null ? colour + text + RESET : text;
    }
}
