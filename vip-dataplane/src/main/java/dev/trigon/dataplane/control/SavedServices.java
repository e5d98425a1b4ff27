package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.Configuration;
import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * services.json: the services as a services file has them, and the numbers of their backends.
 *
 * @param version of this form; a later vipd reads it and an earlier one refuses it
 * @param backendIds by {@code service/backend}
 */
record SavedServices(int version, int nextBackendId, Map<String, Integer> backendIds, List<ServiceEntry> services) {
    static final int VERSION = 1;

    SavedServices {
        Objects.requireNonNull(backendIds, "backendIds");
        Objects.requireNonNull(services, "services");
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
                state.nextBackendId(),
                ids,
                Views.configuration(state.services()).services());
    }

    private static String key(String service, String backend) {
        return service + "/" + backend;
    }

    /** Read by the rules that a request is read by: a file that was tampered with is no way around them. */
    ServicesState state(String name) throws Refusal, IOException {
        byte[] document = Json.octets(new Configuration(services));
        List<ServiceDraft> drafts = ServiceReader.services(document, Source.request(name));
        Map<ServicesState.BackendIdentity, Integer> ids = new HashMap<>();
        Set<Integer> used = new HashSet<>();
        for (ServiceDraft service : drafts) {
            for (BackendDraft backend : service.backends()) {
                Integer id = backendIds.get(key(service.name(), backend.name()));
                if (id == null || id < 1 || id >= nextBackendId || !used.add(id)) {
                    throw new IOException(
                            "backend " + key(service.name(), backend.name()) + " has no number of its own");
                }
                ids.put(new ServicesState.BackendIdentity(service.name(), backend.name(), backend.address()), id);
            }
        }
        return ServicesState.number(drafts, ids, Map.of(), nextBackendId);
    }
}
