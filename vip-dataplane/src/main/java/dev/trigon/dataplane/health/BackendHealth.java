package dev.trigon.dataplane.health;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a backend is, as its last check left it.
 *
 * @param since when it came into this state
 * @param lastCheck when the last check ended; null: there was none
 * @param lastCheckMs how long that one took
 * @param reason of what the last check has shown, in words for an operator
 * @param consecutive how many results there were like the last one, in a row
 */
public record BackendHealth(
        State state, Instant since, @Nullable Instant lastCheck, long lastCheckMs, String reason, int consecutive) {
    public enum State {
        UP("up"),
        DOWN("down"),
        /** No check has ended yet: it gets no new flows. */
        UNKNOWN("unknown");

        private final String label;

        State(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }
}
