package dev.trigon.dataplane.service;

import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import java.net.InetAddress;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * What a table of services depends on besides the services.
 *
 * @param hops the next hop to an address, the same slot each time
 * @param workers how many count what they forward
 * @param ownAddresses the gateway's own, of which a VIP may be one
 * @param timeouts of flows, where a service has none of its own
 * @param conditions how a backend is, by its id
 * @param flows how many flows a backend has, by its id: asked for once, and read with each choice
 */
public record Surroundings(
        Function<InetAddress, NextHopSlot> hops,
        int workers,
        Set<InetAddress> ownAddresses,
        FlowTimeouts timeouts,
        IntFunction<Condition> conditions,
        IntFunction<LongSupplier> flows) {}
