package dev.trigon.dataplane.control;

import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services in force. A change is made whole or not at all: the new list is checked, saved, put in force, and only then
 * confirmed. Changes come one after another; readers never wait and see one list or the next.
 */
public final class ServiceRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceRegistry.class);

    private final ServicesStore store;
    private final DataPath dataPath;
    /** Written under this object's lock only. */
    private volatile ServicesState state;

    ServiceRegistry(ServicesStore store, ServicesState state, DataPath dataPath) {
        this.store = store;
        this.state = state;
        this.dataPath = dataPath;
    }

    /** Reads what was saved. Nothing is in force before {@link #resume()}. */
    public static ServiceRegistry open(StateDirectory directory, DataPath dataPath) throws Refusal {
        ServicesStore store = new ServicesStore(directory.path());
        return new ServiceRegistry(store, store.load(), dataPath);
    }

    /** From the list as it is to the list as it shall be. */
    interface Edit {
        List<ServiceDraft> apply(List<ServiceDraft> present) throws Refusal;
    }

    record Change(List<ServiceSpec> before, List<ServiceSpec> after) {}

    public List<ServiceSpec> services() {
        return state.services();
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
    }

    synchronized Change change(Edit edit) throws Refusal {
        ServicesState before = state;
        ServicesState after = before.with(
                edit.apply(before.services().stream().map(ServiceDraft::of).toList()));
        if (!after.equals(before)) {
            dataPath.check(before.services(), after.services());
            save(after);
            publish(before, after);
            state = after;
        }
        return new Change(before.services(), after.services());
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
