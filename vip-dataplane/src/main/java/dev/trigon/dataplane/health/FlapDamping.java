package dev.trigon.dataplane.health;

import java.time.Duration;

/**
 * Holds down a backend that goes up and down all the time, since each change moves flows. Going down with more than {@link
 * #CHANGES} changes within {@link #WINDOW} it is held down for {@link #FIRST_HOLD}, and from then on each time twice as long, up to
 * {@link #LONGEST_HOLD}; until it has been up for {@link #FORGIVEN_AFTER} at a stretch.
 */
final class FlapDamping {
    static final int CHANGES = 6;
    static final Duration WINDOW = Duration.ofMinutes(5);
    static final Duration FIRST_HOLD = Duration.ofSeconds(30);
    static final Duration LONGEST_HOLD = Duration.ofMinutes(10);
    static final Duration FORGIVEN_AFTER = Duration.ofMinutes(10);

    /** When the last changes were; the next one takes the oldest one's place. */
    private final long[] atNs;

    private int changes;
    private Duration hold = Duration.ZERO;
    private long wentDownNs;
    private long wentUpNs;

    FlapDamping() {
        atNs = new long[CHANGES + 1];
    }

    FlapDamping(FlapDamping other) {
        atNs = other.atNs.clone();
        changes = other.changes;
        hold = other.hold;
        wentDownNs = other.wentDownNs;
        wentUpNs = other.wentUpNs;
    }

    void wentUp(long nowNs) {
        note(nowNs);
        wentUpNs = nowNs;
    }

    void wentDown(long nowNs) {
        note(nowNs);
        wentDownNs = nowNs;
        boolean forgiven = nowNs - wentUpNs >= FORGIVEN_AFTER.toNanos();
        if (hold.isZero() || forgiven) {
            hold = flaps(nowNs) ? FIRST_HOLD : Duration.ZERO;
        } else {
            Duration twice = hold.multipliedBy(2);
            hold = twice.compareTo(LONGEST_HOLD) > 0 ? LONGEST_HOLD : twice;
        }
    }

    private void note(long nowNs) {
        atNs[changes % atNs.length] = nowNs;
        changes++;
    }

    private boolean flaps(long nowNs) {
        return changes >= atNs.length && nowNs - atNs[changes % atNs.length] <= WINDOW.toNanos();
    }

    /** Whether it must stay down for now, however well it is. */
    boolean holds(long nowNs) {
        return !hold.isZero() && nowNs - wentDownNs < hold.toNanos();
    }

    String reason() {
        return "flaps: more than " + CHANGES + " changes within " + Reasons.time(WINDOW) + ", held down for "
                + Reasons.time(hold);
    }
}
