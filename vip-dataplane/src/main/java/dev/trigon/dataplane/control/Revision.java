package dev.trigon.dataplane.control;

import org.jspecify.annotations.Nullable;

/**
 * Which services these are among all that were ever in force: each change makes the next one.
 *
 * @param number 0 before the first change
 * @param pending where it goes back by itself unless it is confirmed
 */
record Revision(long number, @Nullable Pending pending) {
    static final Revision NONE = new Revision(0, null);

    Revision next(@Nullable Pending nextPending) {
        return new Revision(number + 1, nextPending);
    }

    Revision confirmed() {
        return new Revision(number, null);
    }
}
