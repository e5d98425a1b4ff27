package dev.trigon.dataplane.config;

import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.service.Availability;
import dev.trigon.dataplane.service.FlowPolicy;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceSpec;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service as asked for. Each field is right by itself; whether services go together is for the whole list to say.
 *
 * @param dscp the code asked for, or null: the VIP keeps the one it has, or gets a free one
 * @param health null: its backends are not checked
 */
public record ServiceDraft(
        String name,
        InetAddress vip,
        Protocol protocol,
        List<PortRange> ports,
        ForwardMode forward,
        @Nullable Integer dscp,
        SchedulerKind scheduler,
        FlowPolicy flows,
        Availability availability,
        @Nullable HealthSpec health,
        List<BackendDraft> backends) {
    public ServiceDraft {
        ports = List.copyOf(ports);
        backends = List.copyOf(backends);
    }

    /** An existing service, asked for as it is; its code stays the VIP's, so it is not asked for again. */
    public static ServiceDraft of(ServiceSpec service) {
        return new ServiceDraft(
                service.name(),
                service.vip(),
                service.protocol(),
                service.ports(),
                service.forward(),
                null,
                service.scheduler(),
                service.flows(),
                service.availability(),
                service.health(),
                service.backends().stream().map(BackendDraft::of).toList());
    }

    public ServiceDraft withBackends(List<BackendDraft> newBackends) {
        return new ServiceDraft(
                name, vip, protocol, ports, forward, dscp, scheduler, flows, availability, health, newBackends);
    }
}
