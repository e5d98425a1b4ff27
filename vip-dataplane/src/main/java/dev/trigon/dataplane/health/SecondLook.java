package dev.trigon.dataplane.health;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.service.ForwardMode;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a backend fails by the clients' way, the same question by the direct one: if it is answered, the server works, and its VIP
 * does not. It begins with the first failure, so that the words are there when the backend is taken down, and again now and then.
 */
final class SecondLook {
    static final long AGAIN_NS = TimeUnit.SECONDS.toNanos(30);

    private final Attempts attempts;
    private Attempts.@Nullable Running running;
    private boolean looking;
    private boolean hasLooked;
    private long lookedNs;
    /** What to add to the reason of a failure; null: nothing is known besides. */
    private @Nullable String hint;

    SecondLook(Attempts attempts) {
        this.attempts = attempts;
    }

    /** An outcome with what is known besides. */
    Outcome explained(Outcome outcome) {
        return outcome.kind() == Outcome.Kind.DOWN && hint != null ? Outcome.down(outcome.reason() + hint) : outcome;
    }

    /**
     * After a failure, and not too soon after the last look.
     *
     * @param question by the direct way
     * @param told the better reason, if there is one
     */
    void begin(Question question, Outcome failure, long nowNs, Consumer<String> told) {
        if (looking || (hasLooked && nowNs - lookedNs < AGAIN_NS)) {
            return;
        }
        looking = true;
        hasLooked = true;
        lookedNs = nowNs;
        running = attempts.start(question, outcome -> {
            looking = false;
            boolean isNew = hint == null;
            hint = outcome.kind() == Outcome.Kind.UP ? hint(question, failure) : null;
            if (isNew && hint != null) {
                told.accept(failure.reason() + hint);
            }
        });
    }

    private static String hint(Question question, Outcome failure) {
        Probed backend = question.backend();
        String begin = " as VIP " + Addresses.format(backend.vip()) + ", but " + Addresses.format(backend.address())
                + " answers: ";
        if (failure.reason().startsWith(Reasons.REFUSED)) {
            return begin + "does it listen on the VIP?";
        }
        return begin
                + (backend.forward() == ForwardMode.L3DSR
                        ? "is the VIP on its loopback, and DSCP " + backend.dscp() + " restored? rp_filter?"
                        : "is the VIP on its loopback? arp_ignore, rp_filter?");
    }

    /** The backend is well: what was seen is no more. */
    void forget() {
        cancel();
        hint = null;
        hasLooked = false;
    }

    void cancel() {
        looking = false;
        if (running != null) {
            running.cancel();
        }
    }
}
