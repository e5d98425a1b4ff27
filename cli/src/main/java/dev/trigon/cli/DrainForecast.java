package dev.trigon.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** How long it will be until a backend has no flows, as they have fallen of late. */
final class DrainForecast {
    /** Longer ago says little of now. */
    private static final int SECONDS_LOOKED_AT = 30;

    private static final int LEAST_SECONDS = 5;

    private final Deque<Long> ofEachSecond = new ArrayDeque<>();

    /** Once a second. */
    void add(long flows) {
        ofEachSecond.addLast(flows);
        if (ofEachSecond.size() > SECONDS_LOOKED_AT + 1) {
            ofEachSecond.removeFirst();
        }
    }

    /** Nothing where they have not been seen to fall for long enough. */
    OptionalLong secondsLeft() {
        long seconds = ofEachSecond.size() - 1L;
        if (seconds < LEAST_SECONDS) {
            return OptionalLong.empty();
        }
        long left = ofEachSecond.getLast();
        long fallen = ofEachSecond.getFirst() - left;
        return fallen <= 0 ? OptionalLong.empty() : OptionalLong.of((left * seconds + fallen - 1) / fallen);
    }
}
