package dev.trigon.dataplane.service;

import dev.trigon.dataplane.balance.Maglev;
import dev.trigon.dataplane.balance.Scheduler;
import dev.trigon.dataplane.wire.IpAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How much of a service's hash table a change of its backends would give to others.
 *
 * @param moved slots that another server would have
 * @param of all there are
 */
public record HashSlots(int moved, int of) {
    /**
     * Null where one of the two chooses by no table.
     *
     * @param beforeSize how many slots it had
     * @param afterSize and will have; where that is another number, a flow's hash a slot is compared
     */
    public static @Nullable HashSlots between(ServiceSpec before, int beforeSize, ServiceSpec after, int afterSize) {
        if (!after.scheduler().isHashing() || before.scheduler() != after.scheduler()) {
            return null;
        }
        if (before.backends().equals(after.backends()) && beforeSize == afterSize) {
            return new HashSlots(0, afterSize);
        }
        Scheduler old = table(before, beforeSize);
        Scheduler young = table(after, afterSize);
        int moved = 0;
        for (int slot = 0; slot < afterSize; slot++) {
            InetAddress was = server(before.backends(), old.peek(slot));
            moved += Objects.equals(was, server(after.backends(), young.peek(slot))) ? 0 : 1;
        }
        return new HashSlots(moved, afterSize);
    }

    /** As it is when all backends are well: a plan is for longer than a fault. */
    private static Scheduler table(ServiceSpec service, int size) {
        List<BackendSpec> backends = service.backends();
        return Maglev.of(
                backends.stream().mapToLong(b -> IpAddress.high(b.address())).toArray(),
                backends.stream().mapToLong(b -> IpAddress.low(b.address())).toArray(),
                Standing.of(service, id -> Condition.WELL).weights(),
                size);
    }

    private static @Nullable InetAddress server(List<BackendSpec> backends, int place) {
        return place == Scheduler.NO_BACKEND ? null : backends.get(place).address();
    }
}
