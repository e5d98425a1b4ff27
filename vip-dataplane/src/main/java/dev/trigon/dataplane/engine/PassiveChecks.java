package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.config.Durations;
import dev.trigon.dataplane.service.BackendMeter;
import dev.trigon.dataplane.service.PassiveCheck;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sees from what clients do which backends do not answer. The gateway sees no server's reply; but a client whose handshake is
 * answered goes on, and one whose handshake is not begins it again. A flood of forged SYNs does neither, so it speaks against
 * nobody.
 *
 * <p>Looks once a second, and holds for a time who is found wanting. After that it is tried again with its next clients.
 *
 * <p>{@link #look} is for one thread at a time; {@link #whyDown} for any.
 */
final class PassiveChecks {
    private static final long LOOK_MS = 1_000;

    /** What a backend's clients did, second by second. */
    private static final class Watched {
        final PassiveCheck check;
        final long[] repeatedAt;
        final long[] completedAt;
        int looks;
        long heldUntilMs;

        Watched(PassiveCheck check) {
            this.check = check;
            int seconds = (int) check.within().toSeconds() + 1;
            this.repeatedAt = new long[seconds];
            this.completedAt = new long[seconds];
        }

        /** Adds what the counters say now; answers how many began again while none came through, or 0. */
        long repeats(BackendMeter meter) {
            int now = looks % repeatedAt.length;
            int oldest = looks < repeatedAt.length ? 0 : (looks + 1) % repeatedAt.length;
            repeatedAt[now] = meter.repeated();
            completedAt[now] = meter.completed();
            looks++;
            return completedAt[now] > completedAt[oldest] ? 0 : repeatedAt[now] - repeatedAt[oldest];
        }

        void forget() {
            looks = 0;
        }
    }

    private final Map<Integer, Watched> watched = new HashMap<>();
    private final Map<Integer, String> held = new ConcurrentHashMap<>();
    private long nextLookMs = Long.MIN_VALUE;

    /** Which backends are watched from now on, by id; who was and still is goes on. */
    void watch(Map<Integer, PassiveCheck> checks) {
        watched.keySet().retainAll(checks.keySet());
        held.keySet().retainAll(checks.keySet());
        checks.forEach((id, check) -> {
            Watched known = watched.get(id);
            if (known == null || !known.check.equals(check)) {
                watched.put(id, new Watched(check));
                held.remove(id);
            }
        });
    }

    /** @return whether somebody is held who was not, or the other way round */
    boolean look(IntFunction<@Nullable BackendMeter> meters, long nowMs) {
        if (nowMs < nextLookMs) {
            return false;
        }
        nextLookMs = nowMs + LOOK_MS;
        boolean changed = false;
        for (Map.Entry<Integer, Watched> entry : watched.entrySet()) {
            BackendMeter meter = meters.apply(entry.getKey());
            changed |= meter != null && look(entry.getKey(), entry.getValue(), meter, nowMs);
        }
        return changed;
    }

    private boolean look(int id, Watched backend, BackendMeter meter, long nowMs) {
        if (held.containsKey(id)) {
            boolean over = nowMs >= backend.heldUntilMs;
            if (over) {
                backend.forget();
                held.remove(id);
            }
            return over;
        }
        long repeats = backend.repeats(meter);
        if (repeats < backend.check.repeats()) {
            return false;
        }
        backend.heldUntilMs = nowMs + backend.check.hold().toMillis();
        held.put(
                id,
                "clients had to begin their handshakes again, " + repeats + " times within "
                        + Durations.format(backend.check.within()) + ", and none came through; it is tried again after "
                        + Durations.format(backend.check.hold()));
        return true;
    }

    /** Null: nothing speaks against it. */
    @Nullable
    String whyDown(int backendId) {
        return held.get(backendId);
    }
}
