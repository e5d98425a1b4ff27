package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.Configuration;
import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * services.json: the services as a services file has them, and the numbers of their backends.
 *
 * @param version of this form; a later vipd reads it and an earlier one refuses it
 * @param backendIds by {@code service/backend}
 * @param revision null before version 3, which had none
 * @param former null in version 1, which had none
 */
record SavedServices(
        int version,
        @Nullable Long revision,
        @Nullable Pending pending,
        int nextBackendId,
        Map<String, Integer> backendIds,
        @Nullable List<SavedFormer> former,
        List<ServiceEntry> services) {
    static final int VERSION = 3;
    /** The first one, before backends outlived their removal. */
    private static final int WITHOUT_FORMER = 1;
    /** Before services had a history. */
    private static final int WITHOUT_REVISION = 2;

    SavedServices {
        Objects.requireNonNull(backendIds, "backendIds");
        Objects.requireNonNull(services, "services");
        former = former == null ? null : List.copyOf(former);
    }

    static SavedServices of(ServicesState state) {
        Map<String, Integer> ids = new TreeMap<>();
        for (ServiceSpec service : state.services()) {
            for (BackendSpec backend : service.backends()) {
                ids.put(key(service.name(), backend.name()), backend.id());
            }
        }
        return new SavedServices(
                VERSION,
                state.revision().number(),
                state.revision().pending(),
                state.nextBackendId(),
                ids,
                state.former().stream().map(SavedFormer::of).toList(),
                Views.configuration(state.services()).services());
    }

    private static String key(String service, String backend) {
        return service + "/" + backend;
    }

    /** Read by the rules that a request is read by: a file that was tampered with is no way around them. */
    ServicesState state(String name) throws Refusal, IOException {
        if (version < WITHOUT_FORMER || version > VERSION) {
            throw new IOException("its version is " + version + ", and this vipd knows " + VERSION);
        }
        if ((former == null) != (version == WITHOUT_FORMER)) {
            throw new IOException("'former' is not as in version " + version);
        }
        List<ServiceDraft> drafts = drafts(services, name);
        Set<Integer> used = new HashSet<>();
        Map<String, Integer> ids = new HashMap<>();
        for (ServiceDraft service : drafts) {
            for (BackendDraft backend : service.backends()) {
                String key = key(service.name(), backend.name());
                ids.put(key, checked(key, backendIds.get(key), used));
            }
        }
        List<ServiceSpec> specs = ServicesState.specs(
                drafts, (service, backend) -> ids.getOrDefault(key(service.name(), backend.name()), 0), Map.of());
        return new ServicesState(nextBackendId, specs, former(name, used), revision(name));
    }

    /** Saved services as they are asked for again. */
    static List<ServiceDraft> drafts(List<ServiceEntry> saved, String name) throws Refusal {
        return ServiceReader.services(Json.octets(new Configuration(saved)), Source.request(name));
    }

    private Revision revision(String name) throws Refusal, IOException {
        if ((revision == null) != (version <= WITHOUT_REVISION) || (revision == null && pending != null)) {
            throw new IOException("'revision' is not as in version " + version);
        }
        long number = revision == null ? 0 : revision;
        boolean wrong = pending != null && (pending.withinMs() <= 0 || pending.backTo() >= number);
        if (number < 0 || wrong) {
            throw new IOException("its revision cannot be");
        }
        if (pending != null) {
            ServiceRules.check(drafts(pending.services(), name));
        }
        return new Revision(number, pending);
    }

    private List<FormerBackend> former(String name, Set<Integer> used) throws Refusal, IOException {
        List<FormerBackend> read = new ArrayList<>();
        for (SavedFormer one : former == null ? List.<SavedFormer>of() : former) {
            FormerBackend backend = one.backend(name);
            checked(key(backend.service(), backend.name()), backend.id(), used);
            read.add(backend);
        }
        return read;
    }

    private int checked(String key, @Nullable Integer id, Set<Integer> used) throws IOException {
        if (id == null || id < 1 || id >= nextBackendId || !used.add(id)) {
            throw new IOException("backend " + key + " has no number of its own");
        }
        return id;
    }
}
