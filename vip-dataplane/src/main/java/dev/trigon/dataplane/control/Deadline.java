package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.PendingView;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Until when a change waits to be confirmed. Whichever clock says first that the time is over is right: the wall clock, which a
 * restart leaves and anybody may set, or the other, which began anew with vipd. Under the registry's lock.
 */
final class Deadline {
    private final Clocks clocks;
    private long untilNs;

    Deadline(Clocks clocks) {
        this.clocks = clocks;
    }

    Pending begin(ServicesState before, Duration within) {
        return new Pending(
                clocks.wallMs().getAsLong() + within.toMillis(),
                within.toMillis(),
                before.revision().number(),
                Views.configuration(before.services()).services());
    }

    /** Goes by the pending change that is in force now. */
    void note(@Nullable Pending pending) {
        if (pending != null) {
            untilNs = clocks.ns().getAsLong() + TimeUnit.MILLISECONDS.toNanos(leftMs(pending));
        }
    }

    boolean isOver(Pending pending) {
        return leftMs(pending) == 0 || clocks.ns().getAsLong() - untilNs >= 0;
    }

    PendingView view(Pending pending) {
        return new PendingView(TimeUnit.MILLISECONDS.toSeconds(leftMs(pending)), pending.backTo());
    }

    private long leftMs(Pending pending) {
        return Math.max(0, Math.min(pending.untilMs() - clocks.wallMs().getAsLong(), pending.withinMs()));
    }
}
