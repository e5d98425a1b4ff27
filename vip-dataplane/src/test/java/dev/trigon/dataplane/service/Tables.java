package dev.trigon.dataplane.service;

import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Service tables as tests make them. */
public final class Tables {
    private Tables() {}

    public static ServiceTable compile(
            List<ServiceSpec> specs,
            @Nullable ServiceTable before,
            Function<InetAddress, NextHopSlot> hops,
            int workers,
            Set<InetAddress> ownAddresses) {
        return ServiceTable.compile(
                new Configured(specs, List.of()),
                before,
                new Surroundings(
                        hops, workers, ownAddresses, FlowTimeouts.DEFAULT, id -> Condition.WELL, id -> () -> 0));
    }
}
