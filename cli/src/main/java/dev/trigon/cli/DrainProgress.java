package dev.trigon.cli;

import java.util.OptionalLong;

/** Shows how a drain gets on: in one line that is written over on a terminal, else by a line every few seconds. */
final class DrainProgress {
    private static final int BAR_COLUMNS = 20;
    private static final int SECONDS_BETWEEN_LINES = 5;
    private static final String LINE_START = "\r\033[K";

    private final Session session;
    private final String backend;
    private final DrainForecast forecast = new DrainForecast();
    private long most;
    private long seconds;

    DrainProgress(Session session, String backend, long flows) {
        this.session = session;
        this.backend = backend;
        this.most = flows;
        forecast.add(flows);
    }

    /** Once a second. */
    void show(long flows) {
        most = Math.max(most, flows);
        forecast.add(flows);
        seconds++;
        if (session.format() != OutputFormat.table) {
            return;
        }
        if (session.out().redraws()) {
            session.out().print(LINE_START + bar(flows) + " " + words(flows));
            session.out().flush();
        } else if (flows > 0 && seconds % SECONDS_BETWEEN_LINES == 0) {
            session.out().println(backend + ": " + words(flows));
            session.out().flush();
        }
    }

    /** Makes room for what is printed next. */
    void end() {
        if (session.format() == OutputFormat.table && session.out().redraws()) {
            session.out().print(LINE_START);
        }
    }

    private String bar(long flows) {
        int done = most == 0 ? BAR_COLUMNS : (int) (BAR_COLUMNS * (most - flows) / most);
        return "[" + "#".repeat(done) + "-".repeat(BAR_COLUMNS - done) + "]";
    }

    private String words(long flows) {
        if (flows == 0) {
            return "no flows left; one may be about to begin";
        }
        OptionalLong left = forecast.secondsLeft();
        return flows + " of " + Human.count(most, "flow") + " left, "
                + (left.isPresent() ? "about " + Human.seconds(left.getAsLong()) : "no estimate yet");
    }
}
