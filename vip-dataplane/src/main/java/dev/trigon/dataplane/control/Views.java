package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ArmView;
import dev.trigon.dataplane.api.BackendEntry;
import dev.trigon.dataplane.api.BackendView;
import dev.trigon.dataplane.api.Configuration;
import dev.trigon.dataplane.api.CountersView;
import dev.trigon.dataplane.api.PassiveEntry;
import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.api.ServiceView;
import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.config.Durations;
import dev.trigon.dataplane.config.Ports;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.ForwardMode;
import dev.trigon.dataplane.service.PassiveCheck;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.WhenAllDown;
import dev.trigon.dataplane.service.WhenDown;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is inside, as it is shown outside. */
final class Views {
    private static final long MS_PER_SECOND = 1_000;
    /** What no operator asks for: the checks say so. */
    private static final String DOWN = "down";

    private Views() {}

    static ArmView arm(DataPath.ArmStatus arm) {
        return new ArmView(
                arm.interfaceName(),
                arm.engine(),
                arm.mode(),
                arm.reason(),
                arm.workers(),
                arm.whyLost() == null ? ArmView.UP : ArmView.LOST,
                arm.whyLost());
    }

    static ServiceView service(ServiceSpec service, DataPath dataPath) {
        return new ServiceView(
                service.name(),
                Addresses.format(service.vip()),
                service.protocol().label(),
                Ports.values(service.ports()),
                service.forward().label(),
                dscp(service),
                service.scheduler().label(),
                FlowPolicies.affinity(service.flows().affinity()),
                FlowPolicies.timeouts(service.flows().timeouts()),
                service.flows().onePacket(),
                service.protocol() == Protocol.TCP ? service.flows().whenDown().label() : null,
                service.availability().whenAllDown().label(),
                slowStart(service),
                passive(service),
                service.protocol() == Protocol.TCP ? handshakeSeconds(service, dataPath) : null,
                HealthEntries.of(service.health()),
                backends(service, dataPath));
    }

    private static long handshakeSeconds(ServiceSpec service, DataPath dataPath) {
        long ms = service.flows().timeouts().synMs(dataPath.handshakeMs());
        return (ms + MS_PER_SECOND - 1) / MS_PER_SECOND;
    }

    static List<BackendView> backends(ServiceSpec service, DataPath dataPath) {
        return service.backends().stream()
                .map(backend -> backend(service, backend, dataPath))
                .toList();
    }

    static BackendView backend(ServiceSpec service, BackendSpec backend, DataPath dataPath) {
        DataPath.BackendLoad load = dataPath.load(backend.id());
        String whyDown = backend.state() == BackendState.UP ? dataPath.whyDown(backend.id()) : null;
        return new BackendView(
                service.name(),
                backend.name(),
                Addresses.format(backend.address()),
                backend.weight(),
                whyDown == null ? backend.state().label() : DOWN,
                whyDown,
                backend.backup() ? true : null,
                load.activeFlows(),
                load.packets(),
                load.bytes(),
                null);
    }

    static BackendView backend(FormerBackend former, DataPath dataPath) {
        DataPath.BackendLoad load = dataPath.load(former.id());
        BackendState state = former.drains() ? BackendState.DRAINING : BackendState.DISABLED;
        return new BackendView(
                former.service(),
                former.name(),
                Addresses.format(former.address()),
                0,
                state.label(),
                null,
                null,
                load.activeFlows(),
                load.packets(),
                load.bytes(),
                true);
    }

    static CountersView counters(DataPath.Counters counters, @Nullable Map<String, String> meanings) {
        return new CountersView(
                counters.received(),
                counters.forwarded(),
                counters.answered(),
                counters.passed(),
                counters.waiting(),
                counters.dropped(),
                counters.other(),
                meanings);
    }

    /** The services file that would make these services. */
    static Configuration configuration(List<ServiceSpec> services) {
        return new Configuration(services.stream().map(Views::entry).toList());
    }

    private static ServiceEntry entry(ServiceSpec service) {
        return new ServiceEntry(
                service.name(),
                Addresses.format(service.vip()),
                service.protocol().label(),
                Ports.values(service.ports()),
                service.forward().label(),
                dscp(service),
                service.scheduler().label(),
                FlowPolicies.affinity(service.flows().affinity()),
                FlowPolicies.timeouts(service.flows().timeouts()),
                service.flows().onePacket() ? true : null,
                service.flows().whenDown() == WhenDown.RESET
                        ? null
                        : service.flows().whenDown().label(),
                service.availability().whenAllDown() == WhenAllDown.OPEN
                        ? null
                        : service.availability().whenAllDown().label(),
                slowStart(service),
                passive(service),
                HealthEntries.of(service.health()),
                service.backends().stream().map(Views::entry).toList());
    }

    private static BackendEntry entry(BackendSpec backend) {
        return new BackendEntry(
                backend.name(),
                Addresses.format(backend.address()),
                backend.weight(),
                backend.state() == BackendState.UP ? null : backend.state().label(),
                backend.backup() ? true : null);
    }

    private static @Nullable String slowStart(ServiceSpec service) {
        Duration time = service.availability().slowStart();
        return time.isZero() ? null : Durations.format(time);
    }

    private static @Nullable Object passive(ServiceSpec service) {
        PassiveCheck check = service.availability().passive();
        if (check == null) {
            return null;
        }
        return check.equals(PassiveCheck.DEFAULT)
                ? true
                : new PassiveEntry(check.repeats(), Durations.format(check.within()), Durations.format(check.hold()));
    }

    private static @Nullable Integer dscp(ServiceSpec service) {
        return service.forward() == ForwardMode.L3DSR ? service.dscp() : null;
    }
}
