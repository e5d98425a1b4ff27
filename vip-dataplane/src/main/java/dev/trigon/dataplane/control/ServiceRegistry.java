package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services in force. A change is made whole or not at all: the new list is checked, saved, put in force, and only then
 * confirmed. Changes come one after another; readers never wait and see one list or the next.
 */
public final class ServiceRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceRegistry.class);

    /** What a worker may take to tell the flow table of a new flow, and more. */
    static final long SETTLING_NS = TimeUnit.SECONDS.toNanos(5);

    private final ServicesStore store;
    private final DataPath dataPath;
    private final LongSupplier clockNs;
    /** Since when the former backends are that, by id. Under this object's lock. */
    private final Map<Integer, Long> formerSinceNs = new HashMap<>();
    /** Whether the data path has what is here. Under this object's lock. */
    private boolean published;
    /** So that it is said once and not every time. Under this object's lock. */
    private boolean forgettingFails;
    /** Written under this object's lock only. */
    private volatile ServicesState state;

    ServiceRegistry(ServicesStore store, ServicesState state, DataPath dataPath, LongSupplier clockNs) {
        this.store = store;
        this.state = state;
        this.dataPath = dataPath;
        this.clockNs = clockNs;
        noteFormer();
    }

    /** Reads what was saved. Nothing is in force before {@link #resume()}. */
    public static ServiceRegistry open(StateDirectory directory, DataPath dataPath) throws Refusal {
        ServicesStore store = new ServicesStore(directory.path());
        return open(store, dataPath, System::nanoTime);
    }

    static ServiceRegistry open(ServicesStore store, DataPath dataPath, LongSupplier clockNs) throws Refusal {
        ServicesState saved = store.load();
        ServicesState state = saved.givingIdsAbove(dataPath.highestBackendId());
        if (!state.equals(saved)) {
            LOG.warn(
                    "{} is gone or an older copy: flows name backends up to number {}, and it would give numbers from {} on"
                            + " to others, who would get those flows; numbers go on at {}, and flows of backends that it"
                            + " does not know are placed anew",
                    store.file(),
                    dataPath.highestBackendId(),
                    saved.nextBackendId(),
                    state.nextBackendId());
        }
        return new ServiceRegistry(store, state, dataPath, clockNs);
    }

    /** From the list as it is to the list as it shall be. */
    interface Edit {
        List<ServiceDraft> apply(List<ServiceDraft> present) throws Refusal;
    }

    record Change(List<ServiceSpec> before, List<ServiceSpec> after) {}

    public List<ServiceSpec> services() {
        return state.services();
    }

    /** All of it at one moment. */
    ServicesState state() {
        return state;
    }

    /**
     * Puts the saved services in force, as a start does. What was accepted before is not refused now: after a boot a route
     * may come later than vipd, and one server's must not keep the others from working. It is logged instead.
     */
    public synchronized void resume() {
        List<ServiceSpec> saved = state.services();
        try {
            dataPath.check(List.of(), saved);
        } catch (Refusal e) {
            LOG.warn("saved services are in force although one would be refused now: {}", e.getMessage());
        }
        dataPath.publish(state.configured());
        published = true;
    }

    Change change(Edit edit) throws Refusal {
        return change(edit, former -> false);
    }

    /** @param forcedOut of what is configured no more, that which keeps its flows no longer */
    synchronized Change change(Edit edit, Predicate<FormerBackend> forcedOut) throws Refusal {
        ServicesState before = state;
        ServicesState after = before.with(
                edit.apply(before.services().stream().map(ServiceDraft::of).toList()), forcedOut);
        if (!after.equals(before)) {
            dataPath.check(before.services(), after.services());
            save(after);
            publish(before, after);
            state = after;
            noteFormer();
        }
        return new Change(before.services(), after.services());
    }

    private void noteFormer() {
        Set<Integer> ids = state.former().stream().map(FormerBackend::id).collect(Collectors.toSet());
        formerSinceNs.keySet().retainAll(ids);
        ids.forEach(id -> formerSinceNs.putIfAbsent(id, clockNs.getAsLong()));
    }

    /** Forgets former backends that no flow names. Until what was saved is in force, that is not for anybody to say. */
    synchronized void forgetUnused() {
        ServicesState before = state;
        ServicesState after = before.forgetting(this::isUnused);
        if (!published || after.equals(before)) {
            return;
        }
        try {
            store.save(after);
            publish(before, after);
            state = after;
            noteFormer();
            forgettingFails = false;
        } catch (IOException e) {
            if (!forgettingFails) {
                LOG.warn("former backends are kept until {} can be written ({})", store.file(), e.toString());
            }
            forgettingFails = true;
        }
    }

    private boolean isUnused(FormerBackend former) {
        long sinceNs = formerSinceNs.getOrDefault(former.id(), clockNs.getAsLong());
        return clockNs.getAsLong() - sinceNs >= formerAtLeastNs()
                && dataPath.load(former.id()).activeFlows() == 0;
    }

    /**
     * How long a backend that is configured no more is kept at least: a handshake with it may be under way, whose flow
     * begins with its end. Any service's, since another may have taken over its VIP and port.
     */
    private long formerAtLeastNs() {
        long gatewayMs = dataPath.handshakeMs();
        long longestMs = state.services().stream()
                .mapToLong(service -> service.flows().timeouts().synMs(gatewayMs))
                .reduce(gatewayMs, Math::max);
        return TimeUnit.MILLISECONDS.toNanos(longestMs) + SETTLING_NS;
    }

    private void save(ServicesState after) throws Refusal {
        try {
            store.save(after);
        } catch (IOException e) {
            LOG.error("{} could not be written", store.file(), e);
            throw new Refusal(
                    Refusal.Kind.NOT_SAVED,
                    "the change",
                    "it could not be saved to " + store.file() + " (" + e.getMessage()
                            + "), so what was in force stays",
                    "make room on that file system or repair it, and try again");
        }
    }

    /** A data path that fails to take a list is a fault of ours; it gets back the list that worked, and so does the file. */
    private void publish(ServicesState before, ServicesState after) {
        try {
            dataPath.publish(after.configured());
            published = true;
        } catch (RuntimeException e) {
            try {
                store.save(before);
                dataPath.publish(before.configured());
            } catch (IOException | RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }
}
