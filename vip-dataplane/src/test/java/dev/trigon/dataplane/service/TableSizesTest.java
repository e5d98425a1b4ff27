package dev.trigon.dataplane.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.balance.Maglev;
import dev.trigon.dataplane.balance.SchedulerKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableSizesTest {
    private static final int SMALLEST = Maglev.sizeFor(1);

    private static ServiceSpec service(String name, SchedulerKind scheduler) {
        return Specs.service(name)
                .scheduler(scheduler)
                .backend(1, "10.2.0.11", 100)
                .spec();
    }

    private static List<ServiceSpec> hashing(int number) {
        List<ServiceSpec> services = new ArrayList<>();
        for (int i = 1; i <= number; i++) {
            services.add(service("s" + i, i % 2 == 0 ? SchedulerKind.MAGLEV : SchedulerKind.SH));
        }
        return services;
    }

    @Test
    void shouldGiveWhoChoosesByHashThePapersTable() {
        for (SchedulerKind scheduler : SchedulerKind.values()) {
            ServiceSpec service = service("web", scheduler);
            boolean hashes = scheduler == SchedulerKind.MAGLEV || scheduler == SchedulerKind.SH;
            assertThat(TableSizes.of(List.of(service)).slots(service))
                    .as(scheduler.label())
                    .isEqualTo(hashes ? Maglev.TABLE_SIZE : SMALLEST);
        }
    }

    @Test
    void shouldBeSmallBehindTheFirstThousandThatHash() {
        List<ServiceSpec> services = hashing(TableSizes.ROOMY + 1);
        services.add(0, service("other", SchedulerKind.WRR));
        TableSizes sizes = TableSizes.of(services);

        assertThat(sizes.slots(services.get(1))).isEqualTo(Maglev.TABLE_SIZE);
        assertThat(sizes.slots(services.get(TableSizes.ROOMY))).isEqualTo(Maglev.TABLE_SIZE);
        assertThat(sizes.slots(services.get(TableSizes.ROOMY + 1))).isEqualTo(SMALLEST);
    }

    @Test
    void shouldChangeNobodysTableByAServiceAtTheEnd() {
        List<ServiceSpec> services = hashing(TableSizes.ROOMY);
        List<ServiceSpec> more = new ArrayList<>(services);
        more.add(service("last", SchedulerKind.MAGLEV));
        TableSizes sizes = TableSizes.of(more);
        assertThat(services).allMatch(service -> sizes.slots(service) == Maglev.TABLE_SIZE);
    }
}
