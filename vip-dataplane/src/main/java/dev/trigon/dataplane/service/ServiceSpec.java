package dev.trigon.dataplane.service;

import dev.trigon.dataplane.balance.SchedulerKind;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is balanced: a VIP, a protocol and ports, and the real servers behind them. Valid by the time one exists: whoever
 * makes one has checked it.
 *
 * @param ports one or more, in ascending order, none overlapping
 * @param dscp the VIP's code in l3dsr, 1 to 63, the same for every service of one VIP; 0 in l2dsr
 * @param health null: its backends are not checked
 */
public record ServiceSpec(
        String name,
        InetAddress vip,
        Protocol protocol,
        List<PortRange> ports,
        ForwardMode forward,
        int dscp,
        SchedulerKind scheduler,
        FlowPolicy flows,
        Availability availability,
        @Nullable HealthSpec health,
        List<BackendSpec> backends) {
    public ServiceSpec {
        ports = List.copyOf(ports);
        backends = List.copyOf(backends);
    }

    public ServiceSpec withBackends(List<BackendSpec> others) {
        return new ServiceSpec(
                name, vip, protocol, ports, forward, dscp, scheduler, flows, availability, health, others);
    }
}
