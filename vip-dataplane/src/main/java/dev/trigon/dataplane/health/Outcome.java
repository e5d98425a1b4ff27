package dev.trigon.dataplane.health;

/**
 * What one check has shown.
 *
 * @param reason in words for an operator
 */
record Outcome(Kind kind, String reason) {
    enum Kind {
        UP,
        DOWN,
        /** The gateway could not ask, which says nothing of the backend. */
        NOT_MADE
    }

    static Outcome up(String reason) {
        return new Outcome(Kind.UP, reason);
    }

    static Outcome down(String reason) {
        return new Outcome(Kind.DOWN, reason);
    }

    static Outcome notMade(String reason) {
        return new Outcome(Kind.NOT_MADE, "the check could not be made: " + reason);
    }
}
