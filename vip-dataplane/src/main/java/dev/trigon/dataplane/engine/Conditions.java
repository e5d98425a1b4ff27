package dev.trigon.dataplane.engine;

import dev.trigon.dataplane.health.path.Passage;
import dev.trigon.dataplane.service.Backend;
import dev.trigon.dataplane.service.BackendMeter;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Condition;
import dev.trigon.dataplane.service.PassiveCheck;
import dev.trigon.dataplane.service.ServiceSpec;
import dev.trigon.dataplane.service.ServiceTable;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How the backends are: whether by checks or by what clients met one is down, and how far one that is new has come. Kept apart
 * from what is in force: a backend that has been found down gets new flows until a table says otherwise.
 *
 * <p>For one thread at a time, but for {@link #whyDown}.
 */
final class Conditions implements AutoCloseable {
    private final SlowStart slowStart = new SlowStart();
    private final PassiveChecks passive = new PassiveChecks();
    private final IntFunction<@Nullable Backend> backends;
    private final HealthWatch health;
    private final AtomicBoolean healthChanged = new AtomicBoolean();
    /** Who gets nothing by the table in force, and why. */
    private volatile Map<Integer, String> downInForce = Map.of();

    /** What a table of services is made by. */
    final class Judgement implements IntFunction<Condition> {
        private final Map<Integer, String> down;

        private Judgement(Map<Integer, String> down) {
            this.down = down;
        }

        @Override
        public Condition apply(int backendId) {
            return new Condition(!down.containsKey(backendId), slowStart.sharePercent(backendId));
        }

        /** The table is in force. */
        void isInForce() {
            downInForce = down;
        }
    }

    /**
     * Checks nobody yet.
     *
     * @param backends in force, by id
     * @param mtu of the narrowest interface that VIP traffic arrives at
     * @param changed run by another thread when a backend has come up or gone down
     */
    Conditions(IntFunction<@Nullable Backend> backends, IntSupplier mtu, Runnable changed) {
        this.backends = backends;
        this.health = new HealthWatch(backends, mtu, () -> {
            healthChanged.set(true);
            changed.run();
        });
    }

    /** Says whose backends will be looked at, before anything of it is in force. */
    void expect(List<ServiceSpec> services, ServiceTable before) {
        passive.watch(passiveChecks(services));
        health.expect(services, before);
    }

    private static Map<Integer, PassiveCheck> passiveChecks(List<ServiceSpec> services) {
        Map<Integer, PassiveCheck> checks = new HashMap<>();
        for (ServiceSpec service : services) {
            PassiveCheck check = service.availability().passive();
            if (check != null) {
                service.backends().forEach(backend -> checks.put(backend.id(), check));
            }
        }
        return checks;
    }

    /** Checks the backends of these services, which are in force. */
    void watch(List<ServiceSpec> services, Set<InetAddress> ownAddresses) {
        health.watch(services, ownAddresses);
    }

    Judgement judge(List<ServiceSpec> services, long nowMs) {
        Map<Integer, String> down = new HashMap<>();
        for (ServiceSpec service : services) {
            for (BackendSpec backend : service.backends()) {
                String why = found(backend.id());
                if (why != null) {
                    down.put(backend.id(), why);
                }
            }
        }
        slowStart.see(services, id -> !down.containsKey(id), nowMs);
        return new Judgement(Map.copyOf(down));
    }

    /** Whether a judgement would be another than the last; asked once a change. */
    boolean haveChanged(long nowMs) {
        boolean held = passive.look(this::meter, nowMs);
        return healthChanged.getAndSet(false) || held || slowStart.isDue(nowMs);
    }

    private @Nullable BackendMeter meter(int backendId) {
        Backend backend = backends.apply(backendId);
        return backend == null ? null : backend.meter();
    }

    /** Why a backend gets nothing; null: it is not down. By the newest reason. */
    @Nullable
    String whyDown(int backendId) {
        String why = downInForce.get(backendId);
        String now = why == null ? null : found(backendId);
        return now == null ? why : now;
    }

    /** What checks and clients have found wrong with a backend, in force or not yet. */
    private @Nullable String found(int backendId) {
        String why = health.whyDown(backendId);
        return why == null ? passive.whyDown(backendId) : why;
    }

    /** How many packets that checks sent to VIPs have had this passage. */
    long passages(Passage which) {
        return health.count(which);
    }

    @Override
    public void close() {
        health.close();
    }
}
