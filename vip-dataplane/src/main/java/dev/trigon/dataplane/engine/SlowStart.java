package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Condition;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Brings a backend that begins to its whole share little by little: one that is new to a service, one that its operator takes
 * back, one that has recovered. The share grows with the time since it began, in a straight line.
 *
 * <p>What begins together with all the others of its service has nobody to spare it anything, so a new service starts as it is;
 * and so does everything at vipd's own start, which the servers know nothing of.
 *
 * <p>For one thread at a time.
 */
final class SlowStart {
    /** A share grows in so many steps, each of which lays out schedulers anew. */
    private static final int STEPS = 20;

    private record Ramp(long beganMs, long lengthMs) {
        int sharePercent(long nowMs) {
            long step = Math.max(0, nowMs - beganMs) * STEPS / lengthMs;
            return (int) Math.min(Condition.WHOLE_SHARE, Math.max(1, step * Condition.WHOLE_SHARE / STEPS));
        }
    }

    private final Map<Integer, Ramp> ramps = new HashMap<>();
    private long seenMs;

    /** Sees who begins, and forgets who is through or is there no more. To be asked before what is to be in force is. */
    void see(List<ServiceSpec> services, IntPredicate isHealthy, ServiceTable before, long nowMs) {
        Map<Integer, Ramp> present = new HashMap<>();
        for (ServiceSpec service : services) {
            long lengthMs = service.availability().slowStart().toMillis();
            if (lengthMs > 0) {
                see(service, lengthMs, isHealthy, before, nowMs, present);
            }
        }
        ramps.clear();
        ramps.putAll(present);
        seenMs = nowMs;
    }

    private void see(
            ServiceSpec service,
            long lengthMs,
            IntPredicate isHealthy,
            ServiceTable before,
            long nowMs,
            Map<Integer, Ramp> present) {
        boolean othersTookFlows = service.backends().stream().anyMatch(b -> tookNewFlows(before, b));
        for (BackendSpec backend : service.backends()) {
            boolean takes = backend.takesNewFlows() && isHealthy.test(backend.id());
            Ramp known = ramps.get(backend.id());
            if (takes && !tookNewFlows(before, backend) && othersTookFlows) {
                present.put(backend.id(), new Ramp(nowMs, lengthMs));
            } else if (takes && known != null && nowMs - known.beganMs() < lengthMs) {
                present.put(backend.id(), new Ramp(known.beganMs(), lengthMs));
            }
        }
    }

    private static boolean tookNewFlows(ServiceTable before, BackendSpec backend) {
        Backend known = before.backend(backend.id());
        return known != null && known.takesNewFlows();
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
