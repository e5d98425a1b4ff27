package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Condition;
import dev.trigon.dataplane.service.ServiceSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Brings a backend that begins to its whole share little by little: one that is new to a service, one that its operator takes
 * back, one that has recovered. The share grows with the time since it began, in a straight line.
 *
 * <p>What begins together with all the others of its service has nobody to spare it anything, so a new service starts as it is;
 * and so does everything at vipd's own start, which the servers know nothing of. Those that begin one after another, as first
 * checks pass, all grow from their beginnings on: nobody is given everything for having been first.
 *
 * <p>For one thread at a time.
 */
final class SlowStart {
    /** A share grows in so many steps, each of which lays out schedulers anew. */
    private static final int STEPS = 20;

    private static final long LONG_AGO = Long.MIN_VALUE;

    private record Ramp(long beganMs, long lengthMs) {
        int sharePercent(long nowMs) {
            long step = Math.max(0, nowMs - beganMs) * STEPS / lengthMs;
            return (int) Math.min(Condition.WHOLE_SHARE, Math.max(1, step * Condition.WHOLE_SHARE / STEPS));
        }
    }

    private Map<Integer, Ramp> ramps = Map.of();
    /** Who could take new flows when {@link #see} looked last, by what operators and checks say, whether any came to it or not. */
    private Set<Integer> able = Set.of();

    private long seenMs;

    /** Sees who begins, and forgets who is through or is there no more. To be asked before what is to be in force is. */
    void see(List<ServiceSpec> services, IntPredicate isHealthy, long nowMs) {
        Map<Integer, Ramp> present = new HashMap<>();
        Set<Integer> ableNow = new HashSet<>();
        for (ServiceSpec service : services) {
            List<Integer> wanted = service.backends().stream()
                    .filter(BackendSpec::takesNewFlows)
                    .map(BackendSpec::id)
                    .toList();
            List<Integer> ableHere = wanted.stream().filter(isHealthy::test).toList();
            boolean together =
                    ableHere.size() == wanted.size() && ableHere.stream().noneMatch(able::contains);
            long lengthMs = service.availability().slowStart().toMillis();
            for (int id : ableHere) {
                long beganMs = able.contains(id) ? beganMs(id) : together ? LONG_AGO : nowMs;
                if (beganMs != LONG_AGO && nowMs - beganMs < lengthMs) {
                    present.put(id, new Ramp(beganMs, lengthMs));
                }
            }
            ableNow.addAll(ableHere);
        }
        ramps = present;
        able = ableNow;
        seenMs = nowMs;
    }

    private long beganMs(int backendId) {
        Ramp known = ramps.get(backendId);
        return known == null ? LONG_AGO : known.beganMs();
    }

    /** Of a backend's weight, when {@link #see} looked last. */
    int sharePercent(int backendId) {
        Ramp ramp = ramps.get(backendId);
        return ramp == null ? Condition.WHOLE_SHARE : ramp.sharePercent(seenMs);
    }

    /** Whether somebody's share is another by now. */
    boolean isDue(long nowMs) {
        return ramps.values().stream().anyMatch(ramp -> ramp.sharePercent(nowMs) != ramp.sharePercent(seenMs));
    }
}
