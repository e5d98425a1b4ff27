package dev.trigon.dataplane.health;

import dev.trigon.dataplane.health.BackendHealth.State;

/**
 * What is thought of a backend, by what its checks have shown: the policy, and nothing else.
 *
 * <ul>
 *   <li>One that nobody knows gets no flows until a check has succeeded, and one success is enough.
 *   <li>One that was up, before vipd started or before it was checked, stays so until it has failed so many times in a row as
 *       any other: a restart takes nobody down.
 *   <li>Up and down after so many results in a row; held down while it flaps.
 *   <li>A check that could not be made counts for nothing.
 * </ul>
 */
final class Opinion {
    private final FlapDamping flaps;
    private State state;
    private boolean wasUp;
    private boolean lastGood;
    private int inARow;
    private String reason;

    Opinion(boolean believedUp) {
        flaps = new FlapDamping();
        state = believedUp ? State.UP : State.UNKNOWN;
        wasUp = believedUp;
        lastGood = believedUp;
        reason = believedUp ? "up before, and not checked since" : "not checked yet";
    }

    private Opinion(Opinion other) {
        flaps = new FlapDamping(other.flaps);
        state = other.state;
        wasUp = other.wasUp;
        lastGood = other.lastGood;
        inARow = other.inARow;
        reason = other.reason;
    }

    /** For a check of other settings, or of fewer backends: what is thought of a backend is its own. */
    Opinion copy() {
        return new Opinion(this);
    }

    /**
     * @param rise successes in a row that bring it up again
     * @param fall failures in a row that take it down
     */
    void heard(Outcome outcome, int rise, int fall, long nowNs) {
        reason = outcome.reason();
        if (outcome.kind() == Outcome.Kind.NOT_MADE) {
            return;
        }
        boolean good = outcome.kind() == Outcome.Kind.UP;
        inARow = good == lastGood ? Math.min(inARow + 1, Integer.MAX_VALUE - 1) : 1;
        lastGood = good;
        if (good && state != State.UP) {
            rise(wasUp ? rise : 1, nowNs);
        } else if (!good && state != State.DOWN) {
            fall(fall, nowNs);
        }
    }

    private void rise(int rise, long nowNs) {
        if (flaps.holds(nowNs)) {
            reason = flaps.reason();
        } else if (inARow >= rise) {
            if (wasUp) {
                flaps.wentUp(nowNs);
            }
            state = State.UP;
            wasUp = true;
        }
    }

    private void fall(int fall, long nowNs) {
        if (state == State.UNKNOWN) {
            state = State.DOWN;
        } else if (inARow >= fall) {
            state = State.DOWN;
            flaps.wentDown(nowNs);
        }
    }

    /** Of the last failure, which has been looked into. */
    void explain(String better) {
        if (!lastGood) {
            reason = better;
        }
    }

    State state() {
        return state;
    }

    /** How many results there were like the last one, in a row. */
    int inARow() {
        return inARow;
    }

    String reason() {
        return reason;
    }
}
