package dev.trigon.dataplane.service;

import dev.trigon.dataplane.balance.Maglev;
import dev.trigon.dataplane.balance.Scheduler;
import dev.trigon.dataplane.balance.SchedulerKind;
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
    /** Null where one of the two chooses by no table. */
    public static @Nullable HashSlots between(ServiceSpec before, ServiceSpec after) {
        SchedulerKind scheduler = after.scheduler();
        boolean hashes = scheduler == SchedulerKind.MAGLEV || scheduler == SchedulerKind.SH;
        if (!hashes || before.scheduler() != scheduler) {
            return null;
        }
        if (before.backends().equals(after.backends())) {
            return new HashSlots(0, Maglev.TABLE_SIZE);
        }
        Scheduler old = table(before);
        Scheduler young = table(after);
        int moved = 0;
        for (int slot = 0; slot < Maglev.TABLE_SIZE; slot++) {
            InetAddress was = server(before.backends(), old.peek(slot));
            moved += Objects.equals(was, server(after.backends(), young.peek(slot))) ? 0 : 1;
        }
        return new HashSlots(moved, Maglev.TABLE_SIZE);
    }

    /** As it is when all backends are well: a plan is for longer than a fault. */
    private static Scheduler table(ServiceSpec service) {
        List<BackendSpec> backends = service.backends();
        return Maglev.of(
                backends.stream().mapToLong(b -> IpAddress.high(b.address())).toArray(),
                backends.stream().mapToLong(b -> IpAddress.low(b.address())).toArray(),
                Standing.of(service, id -> Condition.WELL).weights());
    }

    private static @Nullable InetAddress server(List<BackendSpec> backends, int place) {
        return place == Scheduler.NO_BACKEND ? null : backends.get(place).address();
    }
}
