package dev.trigon.dataplane.health;

import dev.trigon.dataplane.health.BackendHealth.State;
import dev.trigon.dataplane.service.HealthProbe;
import dev.trigon.dataplane.service.HealthSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All checks: when each is made, what comes of it, and who is told. One thread's, but for {@link #health}.
 *
 * <p>A check begins a tenth of its interval sooner or later each time, so that those that began together part. New ones begin a
 * millisecond apart: a single one at once, and ten thousand within their interval.
 */
final class Checks {
    private static final double JITTER = 0.1;
    private static final long APART_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Attempts attempts;
    private final CheckPath vip;
    private final CheckPath direct;
    private final HealthListener listener;
    private final Timers timers;
    private final LongSupplier clockNs;
    private final InstantSource wallClock;
    private final RandomGenerator random;

    private Map<Check.Key, Check> checks = new LinkedHashMap<>();
    private final Map<Integer, Check> byBackend = new ConcurrentHashMap<>();
    /** What the listener takes a backend for, by its id; it need not be told again. */
    private final Map<Integer, Boolean> told = new HashMap<>();

    private boolean unsettled;

    /** What runs checks and knows the time. */
    record Surroundings(
            Attempts attempts, Timers timers, LongSupplier clockNs, InstantSource wallClock, RandomGenerator random) {}

    Checks(CheckPath vip, CheckPath direct, HealthListener listener, Surroundings around) {
        this.vip = vip;
        this.direct = direct;
        this.listener = listener;
        this.attempts = around.attempts();
        this.timers = around.timers();
        this.clockNs = around.clockNs();
        this.wallClock = around.wallClock();
        this.random = around.random();
    }

    /** Null for one that is not watched. Any thread. */
    @Nullable
    BackendHealth health(int backendId) {
        Check check = byBackend.get(backendId);
        return check == null ? null : check.view();
    }

    /** From now on these and no others. What is as it was goes on, with its state; what has other settings keeps its state. */
    void watch(Collection<Target> targets) {
        Map<Check.Key, List<Target>> wanted = new LinkedHashMap<>();
        for (Target target : targets) {
            wanted.computeIfAbsent(Check.Key.of(target), key -> new ArrayList<>())
                    .add(target);
        }
        Map<Check.Key, Check> before = checks;
        Map<Check.Key, Check> after = new LinkedHashMap<>();
        List<Check> begun = new ArrayList<>();
        wanted.forEach((key, members) -> {
            Check check = before.remove(key);
            if (check == null) {
                check = new Check(key, members, opinion(members), new SecondLook(attempts), wallClock.instant());
                begun.add(check);
            } else {
                check.members(members);
            }
            after.put(key, check);
        });
        before.values().forEach(Check::stop);
        checks = after;
        remember(targets);
        after.values().forEach(this::tell);
        begin(begun);
    }

    /** What is thought of them already, or of the first of them that anything is thought of. */
    private Opinion opinion(List<Target> members) {
        for (Target member : members) {
            Check known = byBackend.get(member.backend().backendId());
            if (known != null) {
                return known.opinion().copy();
            }
        }
        return new Opinion(members.stream().anyMatch(Target::believedUp));
    }

    private void remember(Collection<Target> targets) {
        Map<Integer, Check> now = new HashMap<>();
        checks.values()
                .forEach(check -> check.members()
                        .forEach(target -> now.put(target.backend().backendId(), check)));
        for (Target target : targets) {
            int id = target.backend().backendId();
            if (target.believedUp() && !byBackend.containsKey(id)) {
                told.put(id, true);
            }
        }
        byBackend.keySet().retainAll(now.keySet());
        byBackend.putAll(now);
        told.keySet().retainAll(now.keySet());
    }

    private void begin(List<Check> begun) {
        long nowNs = clockNs.getAsLong();
        long delayNs = 0;
        for (Check check : begun) {
            check.plannedNs = nowNs + delayNs % check.spec().interval().toNanos();
            check.next = timers.at(check.plannedNs, () -> start(check));
            delayNs += APART_NS;
        }
    }

    private void start(Check check) {
        long beganNs = clockNs.getAsLong();
        CheckPath path = check.spec().via() == HealthSpec.Via.VIP ? vip : direct;
        check.running = attempts.start(check.question(path), outcome -> over(check, outcome, beganNs));
    }

    private void over(Check check, Outcome outcome, long beganNs) {
        long nowNs = clockNs.getAsLong();
        check.heard(
                check.secondLook().explained(outcome),
                nowNs,
                TimeUnit.NANOSECONDS.toMillis(nowNs - beganNs),
                wallClock.instant());
        tell(check);
        follow(check, outcome, nowNs);
        // one that took too long is not made up for
        check.plannedNs = Math.max(check.plannedNs + jittered(check.spec().interval()), nowNs);
        check.next = timers.at(check.plannedNs, () -> start(check));
    }

    private void follow(Check check, Outcome outcome, long nowNs) {
        boolean hasTwoWays =
                check.spec().via() == HealthSpec.Via.VIP && !(check.spec().probe() instanceof HealthProbe.Exec);
        if (outcome.kind() == Outcome.Kind.UP) {
            check.secondLook().forget();
        } else if (outcome.kind() == Outcome.Kind.DOWN && hasTwoWays) {
            check.secondLook().begin(check.question(direct), outcome, nowNs, check::explain);
        }
    }

    private long jittered(Duration interval) {
        return (long) (interval.toNanos() * (1 - JITTER + 2 * JITTER * random.nextDouble()));
    }

    private void tell(Check check) {
        State state = check.opinion().state();
        if (state == State.UNKNOWN) {
            return;
        }
        boolean up = state == State.UP;
        BackendHealth view = check.view();
        for (Target member : check.members()) {
            Boolean before = told.put(member.backend().backendId(), up);
            if (before == null || before != up) {
                listener.changed(member.backend().backendId(), up, view.reason(), view.since());
                unsettled = true;
            }
        }
    }

    /** What happened together has happened. */
    void settle() {
        if (unsettled) {
            unsettled = false;
            listener.settled();
        }
    }

    int size() {
        return checks.size();
    }

    void stop() {
        checks.values().forEach(Check::stop);
        checks = new LinkedHashMap<>();
        byBackend.clear();
    }
}
