package dev.trigon.dataplane.service;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.trigon.conntrack.FlowKey;
import dev.trigon.conntrack.FlowTimeouts;
import dev.trigon.dataplane.balance.SchedulerKind;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.wire.IpAddress;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Which scheduler a service has by which name, and what it goes by. */
class SchedulersTest {
    private static final String VIP = "203.0.113.10";
    private static final int NONE = 0;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Map<Integer, AtomicLong> inTable = new ConcurrentHashMap<>();
    private ServiceTable table = ServiceTable.EMPTY;

    private AtomicLong inTable(int id) {
        return inTable.computeIfAbsent(id, key -> new AtomicLong());
    }

    private Service serve(Specs specs) {
        Surroundings around = new Surroundings(
                address -> new NextHopSlot(),
                1,
                Set.of(),
                FlowTimeouts.DEFAULT,
                id -> Condition.WELL,
                id -> inTable(id)::get);
        table = ServiceTable.compile(new Configured(List.of(specs.spec()), List.of()), table, around);
        return table.services().iterator().next();
    }

    /** Backends 1, 2, … of these weights. */
    private Service serve(SchedulerKind kind, int... weights) {
        return serve(backends(service("web").scheduler(kind), weights));
    }

    private static Specs backends(Specs specs, int... weights) {
        for (int i = 0; i < weights.length; i++) {
            specs.backend(i + 1, "10.2.0." + (11 + i), weights[i]);
        }
        return specs;
    }

    private static FlowKey flow(String client, int port) {
        return flow(client, port, VIP, 80);
    }

    private static FlowKey flow(String client, int port, String vip, int vipPort) {
        return new FlowKey()
                .set(
                        IpAddress.high(Specs.address(client)),
                        IpAddress.low(Specs.address(client)),
                        IpAddress.high(Specs.address(vip)),
                        IpAddress.low(Specs.address(vip)),
                        FlowKey.TCP,
                        port,
                        vipPort);
    }

    private static int id(@Nullable Backend backend) {
        return backend == null ? NONE : backend.id();
    }

    private static List<Integer> choose(Service service, int times) {
        return IntStream.range(0, times)
                .mapToObj(i -> id(service.choose(flow("198.51.100.1", 1_000 + i))))
                .toList();
    }

    private static Map<Integer, Integer> shares(Service service, int times) {
        Map<Integer, Integer> shares = new TreeMap<>();
        choose(service, times).forEach(id -> shares.merge(id, 1, Integer::sum));
        return shares;
    }

    @Test
    void shouldGoRoundInTheOrderOfTheListWhateverTheWeights() {
        assertThat(choose(serve(SchedulerKind.RR, 100, 1, 0, 65_535), 7)).containsExactly(1, 2, 4, 1, 2, 4, 1);
    }

    @Test
    void shouldCountConnectionsWhateverTheWeights() {
        assertThat(shares(serve(SchedulerKind.LC, 1, 100, 0), 30)).isEqualTo(Map.of(1, 15, 2, 15));
    }

    @Test
    void shouldCountConnectionsByWeight() {
        assertThat(shares(serve(SchedulerKind.WLC, 1, 2, 0), 30)).isEqualTo(Map.of(1, 10, 2, 20));
    }

    @ParameterizedTest
    @EnumSource(names = {"LC", "WLC", "P2C"})
    void shouldGoByWhatTheFlowTableHas(SchedulerKind kind) {
        inTable(1).set(500);
        Service web = serve(kind, 10, 10);

        assertThat(choose(web, 100)).containsOnly(2);
        inTable(2).set(2_000);
        assertThat(choose(web, 100)).containsOnly(1);
    }

    /** Or each change of a weight would begin a rush of what the table does not know of yet. */
    @ParameterizedTest
    @EnumSource(names = {"LC", "WLC"})
    void shouldRememberWhatItGaveWhenBackendsChange(SchedulerKind kind) {
        assertThat(shares(serve(kind, 1, 1), 10)).isEqualTo(Map.of(1, 5, 2, 5));

        assertThat(choose(serve(kind, 1, 1, 1), 5)).containsOnly(3);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayBeforeWhatItChooses(SchedulerKind kind) {
        Service web = serve(kind, 3, 1, 0, 7);
        for (int port = 1; port < 2_000; port++) {
            FlowKey flow = flow("198.51.100." + port % 200, port);
            int next = id(web.peek(flow));
            assertThat(id(web.peek(flow))).isEqualTo(next);
            assertThat(id(web.choose(flow))).isEqualTo(next).isIn(1, 2, 4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldChooseTheOnlyOneAndNoneWhereThereIsNone(SchedulerKind kind) {
        FlowKey flow = flow("198.51.100.1", 1);
        Service one = serve(kind, 0, 7, 0);
        assertThat(List.of(id(one.peek(flow)), id(one.choose(flow)), id(one.chooseByHash(flow))))
                .containsOnly(2);
        for (Service none : List.of(serve(kind), serve(kind, 0), serve(kind, 0, 0))) {
            assertThat(List.of(id(none.peek(flow)), id(none.choose(flow)), id(none.chooseByHash(flow))))
                    .containsOnly(NONE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldPlaceWhatIsNotRememberedByItsHashAlone(SchedulerKind kind) {
        Service web = serve(kind, 3, 1, 0, 7);
        Map<Integer, Integer> before = byHash(web);
        choose(web, 100);
        inTable(1).set(1_000);
        assertThat(byHash(web)).isEqualTo(before);
        assertThat(before.values()).contains(1, 2, 4).doesNotContain(3);

        Service again = serve(backends(service("web").scheduler(kind).ports(new PortRange(80, 90)), 3, 1, 0, 7));
        assertThat(again.scheduler()).isSameAs(web.scheduler());
        assertThat(byHash(again)).isEqualTo(before);
        // another gateway
        table = ServiceTable.EMPTY;
        assertThat(byHash(serve(kind, 3, 1, 0, 7))).isEqualTo(before);
    }

    private static Map<Integer, Integer> byHash(Service service) {
        Map<Integer, Integer> placed = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            placed.put(i, id(service.chooseByHash(flow("198.51.100." + i, 1_000 + i))));
        }
        return placed;
    }

    @Test
    void shouldGoByTheClientsAddressAlone() {
        Service web = serve(SchedulerKind.SH, 1, 1, 1);
        assertThat(web.scheduler().isHashing()).isTrue();
        for (int i = 0; i < 200; i++) {
            String client = i % 2 == 0 ? "198.51.100." + i : "2001:db8:c::" + i;
            int server = id(web.choose(flow(client, 1)));
            for (int port = 2; port < 20; port++) {
                assertThat(id(web.choose(flow(client, port)))).isEqualTo(server);
                assertThat(id(web.choose(flow(client, port, "203.0.113.99", 443))))
                        .isEqualTo(server);
                assertThat(id(web.peek(flow(client, port)))).isEqualTo(server);
                assertThat(id(web.chooseByHash(flow(client, port)))).isEqualTo(server);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SH")
    void shouldTellAClientsFlowsApart(SchedulerKind kind) {
        Service web = serve(kind, 1, 1, 1);
        assertThat(shares(web, 100)).containsOnlyKeys(1, 2, 3);
        Set<Integer> byHash = new HashSet<>();
        for (int port = 1; port < 100; port++) {
            byHash.add(id(web.chooseByHash(flow("198.51.100.1", port))));
        }
        assertThat(byHash).containsExactlyInAnyOrder(1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource
    void shouldAllocateNothing(SchedulerKind kind) {
        int[] many = new int[200];
        Arrays.fill(many, 3);
        Service few = serve(kind, 3, 1, 0, 7);
        table = ServiceTable.EMPTY;
        List<Service> services = List.of(few, serve(kind, many));
        FlowKey flow = flow("198.51.100.1", 1);
        for (int round = 0; round < 5; round++) {
            choose(services, flow);
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        choose(services, flow);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(16 * 1024);
    }

    private static void choose(List<Service> services, FlowKey flow) {
        for (int i = 0; i < 20_000; i++) {
            services.get(i & 1).choose(flow);
        }
    }

    /** Whoever counts as one client counts as one here too. */
    @Test
    void shouldTakeClientsTogetherThatAffinityTakesTogether() {
        Affinity affinity = new Affinity(Duration.ofMinutes(1), 24, 64, null);
        Service web = serve(backends(service("web").scheduler(SchedulerKind.SH).affinity(affinity), 1, 1, 1));
        Set<Integer> servers = new HashSet<>();
        for (int network = 0; network < 100; network++) {
            int first = id(web.choose(clientKey(web, "198.51." + network + ".1")));
            servers.add(first);
            for (int host = 2; host < 50; host++) {
                assertThat(id(web.choose(clientKey(web, "198.51." + network + "." + host))))
                        .isEqualTo(first);
            }
        }
        assertThat(servers).containsExactlyInAnyOrder(1, 2, 3);
    }

    private static FlowKey clientKey(Service service, String client) {
        AffinityScope scope = service.affinity();
        assertThat(scope).isNotNull();
        FlowKey flow = flow(client, 1);
        return scope.keyOf(flow.clientHigh(), flow.clientLow(), new FlowKey());
    }
}
