package dev.trigon.dataplane.service;

import dev.trigon.dataplane.balance.Maglev;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many slots the hash tables of services have. The first {@value #ROOMY} services that choose by hash have what the paper
 * has, however few their backends, since a table that grew with them would deal everybody anew when it does. Those after them,
 * and those that use a hash only where no flow can be remembered, have as many slots as their backends need: memory is bounded.
 */
public final class TableSizes {
    /** Of 128 KiB each. */
    static final int ROOMY = 1_000;

    private final Set<String> roomy;

    private TableSizes(Set<String> roomy) {
        this.roomy = roomy;
    }

    /** @param services in their order: one that is put behind the others changes nobody else's table */
    public static TableSizes of(List<ServiceSpec> services) {
        return new TableSizes(services.stream()
                .filter(service -> service.scheduler().isHashing())
                .limit(ROOMY)
                .map(ServiceSpec::name)
                .collect(Collectors.toUnmodifiableSet()));
    }

    public int slots(ServiceSpec service) {
        return roomy.contains(service.name())
                ? Maglev.TABLE_SIZE
                : Maglev.sizeFor(service.backends().size());
    }
}
