package dev.trigon.dataplane.config;

import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.PortRange;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.Refusal;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be changed in a service; null leaves a field as it is. */
public record ServicePatch(
        @Nullable InetAddress vip,
        @Nullable Protocol protocol,
        @Nullable List<PortRange> ports,
        @Nullable ForwardMode forward,
        @Nullable Integer dscp,
        @Nullable SchedulerKind scheduler,
        FlowPatch flows,
        AvailabilityPatch availability,
        @Nullable HealthPatch health) {
    public ServiceDraft applyTo(ServiceDraft draft) throws Refusal {
        String what = "service '" + draft.name() + "'";
        AffinityPatch affinity = flows.affinity();
        if (affinity != null && !affinity.isWhole() && draft.flows().affinity() == null) {
            throw new Refusal(what, "it has no affinity that this could be changed of", "give a time too, such as 10m");
        }
        return new ServiceDraft(
                draft.name(),
                vip == null ? draft.vip() : vip,
                protocol == null ? draft.protocol() : protocol,
                ports == null ? draft.ports() : ports,
                forward == null ? draft.forward() : forward,
                dscp == null ? draft.dscp() : dscp,
                scheduler == null ? draft.scheduler() : scheduler,
                flows.applyTo(draft.flows()),
                availability.applyTo(draft.availability()),
                health == null ? draft.health() : health.applyTo(draft.health(), what),
                draft.backends());
    }
}
