package dev.trigon.dataplane.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * vipd at a glance.
 *
 * @param engine several, where interfaces differ
 * @param engineReason why this engine and no other
 * @param arms the interfaces again, and how each of them is
 * @param services how many are configured
 * @param revision of the services: one more with each change
 * @param pending the change that waits to be confirmed; null: none does
 * @param stateFault what is wrong with the state directory, and what to do; null: nothing
 * @param allocatedBytes what the workers have allocated on the Java heap since they were warm; stays where it is under traffic
 */
public record StatusView(
        String version,
        long uptimeSeconds,
        String engine,
        String engineReason,
        List<String> interfaces,
        List<ArmView> arms,
        int workers,
        int services,
        long revision,
        @Nullable PendingView pending,
        long activeFlows,
        long maxFlows,
        long allocatedBytes,
        @Nullable String stateFault) {}
