package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.BackendEntry;
import dev.trigon.dataplane.api.Configuration;
import dev.trigon.dataplane.api.ServiceEntry;
import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.FormerBackend;
import dev.trigon.dataplane.service.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A former backend in services.json. */
record SavedFormer(
        int id,
        @Nullable String service,
        @Nullable String name,
        @Nullable String address,
        @Nullable String vip,
        @Nullable String protocol,
        boolean drains) {
    static SavedFormer of(FormerBackend former) {
        return new SavedFormer(
                former.id(),
                former.service(),
                former.name(),
                Addresses.format(former.address()),
                Addresses.format(former.vip()),
                former.protocol().label(),
                former.drains());
    }

    /** Read as a service's backend would be, by the rules for its names and addresses. */
    FormerBackend backend(String document) throws Refusal {
        BackendEntry backend = new BackendEntry(name, address, null, null);
        ServiceEntry asOne = new ServiceEntry(
                service, vip, protocol, "any", null, null, null, null, null, null, null, null, List.of(backend));
        byte[] octets = Json.octets(new Configuration(List.of(asOne)));
        ServiceDraft draft =
                ServiceReader.services(octets, Source.request(document)).get(0);
        return new FormerBackend(
                id,
                draft.name(),
                draft.backends().get(0).name(),
                draft.backends().get(0).address(),
                draft.vip(),
                draft.protocol(),
                drains);
    }
}
