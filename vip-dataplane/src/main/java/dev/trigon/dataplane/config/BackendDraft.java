package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.BackendState;
import java.net.InetAddress;

/** A real server as asked for: what a {@link BackendSpec} is before it has its id. */
public record BackendDraft(String name, InetAddress address, int weight, BackendState state, boolean backup) {
    public static BackendDraft of(BackendSpec backend) {
        return new BackendDraft(backend.name(), backend.address(), backend.weight(), backend.state(), backend.backup());
    }
}
