package dev.trigon.dataplane.engine;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowTable;
import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.control.DataPath.Explanation;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.service.Protocol;
import dev.trigon.dataplane.service.ServiceTable;
import dev.trigon.dataplane.service.Specs;
import dev.trigon.dataplane.service.Tables;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlowViewTest {
    private final FlowTable flows = FlowTable.inMemory(1_000);
    private final FlowTable clients = FlowTable.inMemory(1_000);
    private final FlowView view = new FlowView(new FlowStore(flows, clients), () -> 0);

    @AfterEach
    void close() throws IOException {
        flows.close();
        clients.close();
    }

    private Explanation explain(ServiceTable table, int clientPort) {
        return view.explain(
                table, Protocol.TCP, Specs.address("198.51.100.10"), clientPort, Specs.address("203.0.113.10"), 80);
    }

    /** To be asked changes nothing, so those that take turns go on answering the same. */
    @ParameterizedTest
    @EnumSource
    void shouldSayWhetherAHashChoosesOrTheScheduler(SchedulerKind kind) {
        Specs web = service("web").scheduler(kind);
        for (int i = 1; i <= 5; i++) {
            web.backend(i, "10.2.0." + (10 + i), 1);
        }
        ServiceTable table = Tables.compile(List.of(web.spec()), null, a -> new NextHopSlot(), 1, Set.of());

        List<Explanation> found =
                IntStream.range(1, 100).mapToObj(port -> explain(table, port)).toList();

        boolean hashes = kind == SchedulerKind.SH || kind == SchedulerKind.MAGLEV;
        assertThat(found).extracting(Explanation::reason).containsOnly(hashes ? "hash" : "schedule");
        Set<Integer> backends = found.stream().map(Explanation::backendId).collect(Collectors.toSet());
        assertThat(backends).hasSize(kind == SchedulerKind.MAGLEV ? 5 : 1);
    }
}
