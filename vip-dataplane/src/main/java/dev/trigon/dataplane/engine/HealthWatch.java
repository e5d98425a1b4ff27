package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.health.BackendHealth;
import dev.trigon.dataplane.health.CheckPath;
import dev.trigon.dataplane.health.DirectPath;
import dev.trigon.dataplane.health.HealthListener;
import dev.trigon.dataplane.health.HealthMonitor;
import dev.trigon.dataplane.health.Probed;
import dev.trigon.dataplane.health.Target;
import dev.trigon.dataplane.health.path.Passage;
import dev.trigon.dataplane.health.path.VipPath;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.BackendState;
import dev.trigon.dataplane.service.HealthSpec;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.linux.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks of the services in force. They begin with the first service that has any: before that no thread of theirs runs, and
 * the kernel has nothing of them.
 *
 * <p>{@link #expect} and {@link #watch} are for one thread at a time; {@link #whyDown} and {@link #count} for any.
 */
final class HealthWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthWatch.class);

    private final IntFunction<@Nullable Backend> backends;
    private final IntSupplier mtu;
    private final Runnable changed;
    private final DirectPath direct = new DirectPath();
    /** Who is checked, and whether it is up until it has failed. */
    private volatile Map<Integer, Boolean> believedUp = Map.of();

    private volatile @Nullable HealthMonitor monitor;
    private volatile @Nullable VipPath vipPath;

    /**
     * Checks nobody yet.
     *
     * @param backends in force, by id
     * @param mtu of the narrowest interface that VIP traffic arrives at
     * @param changed run by another thread when a backend has come up or gone down
     */
    HealthWatch(IntFunction<@Nullable Backend> backends, IntSupplier mtu, Runnable changed) {
        this.backends = backends;
        this.mtu = mtu;
        this.changed = changed;
        removeLeftovers();
    }

    /** A kernel without policy routing has none, and forwards as well as any. */
    private static void removeLeftovers() {
        try {
            VipPath.removeLeftovers(KernelGuard.ROUTE_PROTOCOL);
        } catch (LinuxException e) {
            LOG.warn("what a killed vipd may have left of its checks was not looked for: {}", e.getMessage());
        }
    }

    /**
     * Says who will be checked, before anything of it is in force. Who had flows before goes on with them until it has failed,
     * and so does everything at vipd's start; who is new gets none before it has passed.
     */
    void expect(List<ServiceSpec> services, ServiceTable before) {
        boolean starts = before.version() == 0;
        Map<Integer, Boolean> expected = new HashMap<>();
        for (ServiceSpec service : services) {
            if (service.health() != null) {
                for (BackendSpec backend : service.backends()) {
                    Backend known = before.backend(backend.id());
                    if (isChecked(backend)) {
                        expected.put(backend.id(), starts || (known != null && known.keepsFlows()));
                    }
                }
            }
        }
        believedUp = Map.copyOf(expected);
    }

    private static boolean isChecked(BackendSpec backend) {
        return backend.state() != BackendState.DISABLED;
    }

    /** Checks the backends of these services, which are in force. */
    void watch(List<ServiceSpec> services, Set<InetAddress> ownAddresses) {
        List<Target> targets = new ArrayList<>();
        Set<InetAddress> vips = new HashSet<>();
        for (ServiceSpec service : services) {
            HealthSpec health = service.health();
            if (health == null) {
                continue;
            }
            for (BackendSpec backend : service.backends()) {
                if (isChecked(backend)) {
                    targets.add(target(service, backend, health));
                }
            }
            if (health.via() == HealthSpec.Via.VIP && !ownAddresses.contains(service.vip())) {
                vips.add(service.vip());
            }
        }
        HealthMonitor running = targets.isEmpty() ? monitor : monitor();
        VipPath path = vipPath;
        if (path != null) {
            path.use(vips);
        }
        if (running != null) {
            running.watch(targets);
        }
    }

    private Target target(ServiceSpec service, BackendSpec backend, HealthSpec health) {
        Probed probed = new Probed(
                backend.id(),
                service.name(),
                backend.name(),
                backend.address(),
                service.vip(),
                service.forward(),
                service.dscp());
        return new Target(probed, health.portOf(service), health, believedUp.getOrDefault(backend.id(), false));
    }

    private HealthMonitor monitor() {
        HealthMonitor running = monitor;
        if (running == null) {
            try {
                running = HealthMonitor.start(clientsWay(), direct, new Teller());
            } catch (IOException e) {
                throw new UncheckedIOException("the health checks' selector", e);
            }
            monitor = running;
        }
        return running;
    }

    private CheckPath clientsWay() {
        try {
            VipPath path = VipPath.open(backends, mtu.getAsInt(), KernelGuard.ROUTE_PROTOCOL);
            vipPath = path;
            return path;
        } catch (Refusal e) {
            LOG.warn("{}", e.getMessage());
            return new NoPath(String.valueOf(e.getMessage()));
        }
    }

    private final class Teller implements HealthListener {
        @Override
        public void changed(int backendId, boolean up, String reason, Instant at) {
            // who it was and why is there to be read: whyDown
        }

        @Override
        public void settled() {
            changed.run();
        }
    }

    /** Why a backend is taken for down; null: it is not, or is not checked. */
    @Nullable
    String whyDown(int backendId) {
        Boolean believed = believedUp.get(backendId);
        if (believed == null) {
            return null;
        }
        HealthMonitor running = monitor;
        BackendHealth health = running == null ? null : running.health(backendId);
        if (health == null) {
            return believed ? null : "not checked yet";
        }
        return switch (health.state()) {
            case UP -> null;
            case DOWN -> health.reason();
            case UNKNOWN -> health.reason().isEmpty() ? "not checked yet" : health.reason();
        };
    }

    /** How many packets that the gateway sent to VIPs have had this passage. */
    long count(Passage passage) {
        VipPath path = vipPath;
        return path == null ? 0 : path.count(passage);
    }

    @Override
    public void close() {
        HealthMonitor running = monitor;
        if (running != null) {
            running.close();
        }
        VipPath path = vipPath;
        if (path != null) {
            path.close();
        }
        direct.close();
    }
}
