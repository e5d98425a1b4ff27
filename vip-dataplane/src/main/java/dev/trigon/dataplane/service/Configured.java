package dev.trigon.dataplane.service;

import java.util.List;

/**
 * What is to be in force.
 *
 * @param former backends that are configured no more, and that flows still name
 */
public record Configured(List<ServiceSpec> services, List<FormerBackend> former) {
    public static final Configured NOTHING = new Configured(List.of(), List.of());

    public Configured {
        services = List.copyOf(services);
        former = List.copyOf(former);
    }
}
