package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.Similar;
import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.BackendPatch;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServicePatch;
import dev.trigon.dataplane.service.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The changes that operators ask for, each as an edit of the whole list. */
final class ServiceEdits {
    private ServiceEdits() {}

    static ServiceRegistry.Edit addService(ServiceDraft service) {
        return present -> {
            List<ServiceDraft> list = new ArrayList<>(present);
            list.add(service);
            return list;
        };
    }

    static ServiceRegistry.Edit patchService(String name, ServicePatch patch) {
        return onService(name, patch::applyTo);
    }

    static ServiceRegistry.Edit removeService(String name) {
        return onService(name, service -> null);
    }

    static ServiceRegistry.Edit addBackend(String service, BackendDraft backend) {
        return onService(service, draft -> {
            List<BackendDraft> list = new ArrayList<>(draft.backends());
            list.add(backend);
            return draft.withBackends(list);
        });
    }

    static ServiceRegistry.Edit patchBackend(String service, String backend, BackendPatch patch) {
        return onBackend(service, backend, patch::applyTo);
    }

    static ServiceRegistry.Edit removeBackend(String service, String backend) {
        return onBackend(service, backend, present -> null);
    }

    /** @param address which it has been seen to have: one that has another by now is another server */
    static ServiceRegistry.Edit removeBackend(String service, String backend, String address) {
        return onBackend(service, backend, present -> {
            if (!Addresses.format(present.address()).equals(address)) {
                throw noBackend(service, backend, address);
            }
            return null;
        });
    }

    /** @param names those there are */
    static Refusal noService(String name, Stream<String> names) {
        return new Refusal(
                Refusal.Kind.NOT_FOUND,
                "service '" + name + "'",
                "there is none of that name",
                meant(name, names) + "see `vipctl service list` for those there are");
    }

    /** @param names of those that the service has */
    static Refusal noBackend(String service, String backend, Stream<String> names) {
        return new Refusal(
                Refusal.Kind.NOT_FOUND,
                "backend '" + backend + "' of service '" + service + "'",
                "there is none of that name",
                meant(backend, names) + "see `vipctl backend list " + service + "` for those there are");
    }

    private static String meant(String name, Stream<String> names) {
        String similar = Similar.to(name, names);
        return similar == null ? "" : "did you mean '" + similar + "'? ";
    }

    static Refusal noBackend(String service, String backend, String address) {
        return new Refusal(
                Refusal.Kind.NOT_FOUND,
                "backend '" + backend + "' of service '" + service + "'",
                "there is none of that name at " + address,
                "see `vipctl backend list " + service + "` for those there are");
    }

    /** @param edit gives the service as it shall be, or null to remove it */
    private static ServiceRegistry.Edit onService(String name, EditOf<ServiceDraft> edit) {
        return present -> {
            List<ServiceDraft> list = new ArrayList<>();
            boolean found = false;
            for (ServiceDraft service : present) {
                boolean meant = service.name().equals(name);
                found |= meant;
                ServiceDraft edited = meant ? edit.apply(service) : service;
                if (edited != null) {
                    list.add(edited);
                }
            }
            if (!found) {
                throw noService(name, present.stream().map(ServiceDraft::name));
            }
            return list;
        };
    }

    private static ServiceRegistry.Edit onBackend(String service, String name, EditOf<BackendDraft> edit) {
        return onService(service, draft -> {
            List<BackendDraft> list = new ArrayList<>();
            boolean found = false;
            for (BackendDraft backend : draft.backends()) {
                boolean meant = backend.name().equals(name);
                found |= meant;
                BackendDraft edited = meant ? edit.apply(backend) : backend;
                if (edited != null) {
                    list.add(edited);
                }
            }
            if (!found) {
                throw noBackend(service, name, draft.backends().stream().map(BackendDraft::name));
            }
            return draft.withBackends(list);
        });
    }

    private interface EditOf<T> {
        @Nullable
        T apply(T present) throws Refusal;
    }
}
