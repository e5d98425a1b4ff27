package dev.trigon.dataplane.service;

import static dev.trigon.dataplane.service.Specs.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.conntrack.FlowKey;
import dev.trigon.dataplane.balance.Scheduler;
import dev.trigon.dataplane.nexthop.NextHop;
import dev.trigon.dataplane.nexthop.NextHopSlot;
import dev.trigon.dataplane.wire.IpAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServiceTableTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final InetAddress VIP = Specs.address("203.0.113.10");
    private static final InetAddress VIP6 = Specs.address("2001:db8:f::10");

    private static final FlowKey FLOW = new FlowKey();

    private final Map<InetAddress, NextHopSlot> hops = new HashMap<>();

    private ServiceTable compile(ServiceTable before, Specs... specs) {
        List<ServiceSpec> list = new ArrayList<>();
        for (Specs one : specs) {
            list.add(one.spec());
        }
        return Tables.compile(list, before, a -> hops.computeIfAbsent(a, x -> new NextHopSlot()), 2, Set.of());
    }

    private static @Nullable Vip vip(ServiceTable table, InetAddress address) {
        return table.vip(IpAddress.high(address), IpAddress.low(address));
    }

    private static @Nullable Service serving(ServiceTable table, InetAddress address, int protocol, int port) {
        Vip vip = vip(table, address);
        return vip == null ? null : vip.service(protocol, port);
    }

    private static String match(ServiceTable table, InetAddress address, int protocol, int port) {
        Service service = serving(table, address, protocol, port);
        return service == null ? "none" : service.spec().name();
    }

    @Test
    void shouldMatchPortsUpToTheEdgesOfTheirRanges() {
        ServiceTable table = compile(
                null,
                service("single").ports(new PortRange(80, 80), new PortRange(443, 443)),
                service("range").ports(new PortRange(8_000, 8_100)),
                service("next").ports(new PortRange(8_101, 8_101)),
                service("last").ports(new PortRange(65_535, 65_535)),
                service("first").ports(new PortRange(0, 1)));

        Map<Integer, String> expected = new HashMap<>(Map.of(0, "first", 1, "first", 2, "none", 79, "none"));
        expected.putAll(Map.of(80, "single", 81, "none", 442, "none", 443, "single", 444, "none"));
        expected.putAll(Map.of(7_999, "none", 8_000, "range", 8_050, "range", 8_100, "range", 8_101, "next"));
        expected.putAll(Map.of(8_102, "none", 65_534, "none", 65_535, "last"));
        expected.forEach((port, name) ->
                assertThat(match(table, VIP, TCP, port)).as("port %d", port).isEqualTo(name));
    }

    @Test
    void shouldKeepProtocolsApart() {
        ServiceTable table = compile(
                null,
                service("web"),
                service("dns").udp().ports(new PortRange(53, 53)),
                service("both").udp());

        assertThat(match(table, VIP, TCP, 80)).isEqualTo("web");
        assertThat(match(table, VIP, UDP, 80)).isEqualTo("both");
        assertThat(match(table, VIP, UDP, 53)).isEqualTo("dns");
        assertThat(match(table, VIP, TCP, 53)).isEqualTo("none");
    }

    @Test
    void shouldMatchEveryPortWhereAnyIs() {
        ServiceTable table = compile(null, service("all").ports(new PortRange(0, 65_535)));

        for (int port = 0; port <= 65_535; port++) {
            assertThat(match(table, VIP, TCP, port)).isEqualTo("all");
        }
        assertThat(match(table, VIP, UDP, 80)).isEqualTo("none");
        assertThat(match(table, Specs.address("203.0.113.11"), TCP, 80)).isEqualTo("none");
    }

    @Test
    void shouldKnowNothingWhenEmpty() {
        assertThat(ServiceTable.EMPTY.isVip(0, 0)).isFalse();
        assertThat(vip(ServiceTable.EMPTY, VIP)).isNull();
        assertThat(vip(ServiceTable.EMPTY, VIP6)).isNull();
        assertThat(ServiceTable.EMPTY.backend(0)).isNull();
        assertThat(ServiceTable.EMPTY.backend(1)).isNull();
        assertThat(ServiceTable.EMPTY.allVips()).isEmpty();
    }

    @Test
    void shouldKeepFamiliesApart() {
        ServiceTable table = compile(
                null,
                service("four"),
                service("six").vip("2001:db8:f::10"),
                service("same-low-word").vip("2001:db8:e::10").ports(new PortRange(443, 443)),
                service("looks-mapped").vip("64:ff9b::ffff:cb00:710a").ports(new PortRange(53, 53)));

        assertThat(match(table, VIP, TCP, 80)).isEqualTo("four");
        assertThat(match(table, VIP6, TCP, 80)).isEqualTo("six");
        assertThat(match(table, VIP6, TCP, 443)).isEqualTo("none");
        assertThat(match(table, Specs.address("2001:db8:e::10"), TCP, 443)).isEqualTo("same-low-word");
        assertThat(match(table, Specs.address("64:ff9b::ffff:cb00:710a"), TCP, 53))
                .isEqualTo("looks-mapped");
        assertThat(match(table, Specs.address("2001:db8:f::11"), TCP, 80)).isEqualTo("none");
        assertThat(match(table, Specs.address("::10"), TCP, 80)).isEqualTo("none");
    }

    @Test
    void shouldNameEveryVipOnceInTheOrderOfTheServices() {
        ServiceTable table = compile(
                null,
                service("b").vip("2001:db8:f::10"),
                service("a"),
                service("c").vip("2001:db8:f::10").udp());

        assertThat(table.allVips()).extracting(Vip::address).containsExactly(VIP6, VIP);
    }

    @Test
    void shouldKnowWhichVipsAreTheGatewaysOwn() {
        ServiceTable table = Tables.compile(
                List.of(service("a").spec(), service("b").vip("2001:db8:f::10").spec()),
                null,
                a -> new NextHopSlot(),
                1,
                Set.of(VIP6, Specs.address("192.0.2.1")));

        assertThat(table.allVips()).extracting(Vip::isOwn).containsExactly(false, true);
    }

    /** Addresses in a row, neighbours in one word or the other, and scattered ones: what collides, collides. */
    @Test
    void shouldFindHundredsOfVipsAndThousandsOfBackends() {
        long seed = System.nanoTime();
        System.out.println("ServiceTableTest seed " + seed);
        Random random = new Random(seed);
        for (int vips : new int[] {1, 2, 3, 4, 7, 8, 9, 255, 256, 700}) {
            Set<InetAddress> addresses = new LinkedHashSet<>();
            while (addresses.size() < vips) {
                addresses.add(anyAddress(random));
            }
            List<ServiceSpec> specs = new ArrayList<>();
            int id = 0;
            for (InetAddress address : addresses) {
                Specs one = service("s" + id).vip(address.getHostAddress());
                for (int i = 0; i < 3; i++) {
                    id += 1 + random.nextInt(3);
                    one.backend(id, "10.2.0.11", 1);
                }
                specs.add(one.spec());
            }
            assertHolds(specs, addresses, id, random);
        }
    }

    private static InetAddress anyAddress(Random random) {
        long few = random.nextInt(1_000);
        return switch (random.nextInt(5)) {
            case 0 -> IpAddress.toInetAddress(0, IpAddress.mapped(0xCB00_710A + (int) few));
            case 1 -> IpAddress.toInetAddress(0, IpAddress.mapped(random.nextInt()));
            case 2 -> IpAddress.toInetAddress(0x2001_0DB8_000F_0000L, few);
            case 3 -> IpAddress.toInetAddress(0x2001_0DB8_0000_0000L | few << random.nextInt(22), 0x10);
            default -> IpAddress.toInetAddress(random.nextLong(), random.nextLong());
        };
    }

    private static void assertHolds(List<ServiceSpec> specs, Set<InetAddress> addresses, int maxId, Random random) {
        ServiceTable table = Tables.compile(specs, null, a -> new NextHopSlot(), 1, Set.of());
        Map<Integer, String> backends = new HashMap<>();
        for (ServiceSpec spec : specs) {
            assertThat(match(table, spec.vip(), TCP, 80)).isEqualTo(spec.name());
            spec.backends().forEach(b -> backends.put(b.id(), spec.name()));
        }
        for (int id = -5; id < maxId + 5; id++) {
            Backend found = table.backend(id);
            assertThat(found == null ? null : found.service().spec().name()).isEqualTo(backends.get(id));
        }
        for (int i = 0; i < 1_000; i++) {
            InetAddress address = anyAddress(random);
            assertThat(table.isVip(IpAddress.high(address), IpAddress.low(address)))
                    .isEqualTo(addresses.contains(address));
        }
        assertThat(table.allVips()).extracting(Vip::address).containsExactlyElementsOf(addresses);
    }

    @Test
    void shouldChooseAmongTheBackendsInTheirOrder() {
        Service web = serving(
                compile(null, service("web").backend(7, "10.2.0.11", 1).backend(9, "10.2.0.12", 1)), VIP, TCP, 80);

        assertThat(List.of(
                        web.peek(FLOW).id(),
                        web.choose(FLOW).id(),
                        web.choose(FLOW).id(),
                        web.choose(FLOW).id()))
                .containsExactly(7, 7, 9, 7);
    }

    @Test
    void shouldChooseNoBackendWhenNoneTakesFlows() {
        Service web = serving(compile(null, service("web").backend(7, "10.2.0.11", 0)), VIP, TCP, 80);

        assertThat(web.choose(FLOW)).isNull();
        assertThat(web.peek(FLOW)).isNull();
    }

    @Test
    void shouldSeeTheNextHopOfItsAddressChange() {
        Backend backend =
                compile(null, service("web").backend(7, "10.2.0.11", 1)).backend(7);
        assertThat(backend.nextHop()).isNull();

        NextHop hop = new NextHop(3, 1, 2, 1_500, true);
        hops.get(Specs.address("10.2.0.11")).set(hop);

        assertThat(backend.nextHop()).isEqualTo(hop);
        assertThat(backend.addressHigh()).isZero();
        assertThat(backend.addressLow()).isEqualTo(0xFFFF_0A02_000BL);
    }

    @Test
    void shouldHoldBothWordsOfAnAddress() {
        Backend backend =
                compile(null, service("web").backend(7, "2001:db8:2::11", 1)).backend(7);

        assertThat(backend.addressHigh()).isEqualTo(0x2001_0DB8_0002_0000L);
        assertThat(backend.addressLow()).isEqualTo(0x11);
    }

    private static Scheduler schedulerOf(ServiceTable table) {
        return serving(table, VIP, TCP, 80).scheduler();
    }

    @Test
    void shouldGoOnWithItsSchedulerWhileTheBackendsStay() {
        ServiceTable before =
                compile(null, service("web").backend(7, "10.2.0.11", 1).backend(9, "10.2.0.12", 1));
        serving(before, VIP, TCP, 80).choose(FLOW);

        ServiceTable after = compile(
                before,
                service("web")
                        .ports(new PortRange(80, 90))
                        .backend(7, "10.2.0.11", 1)
                        .backend(9, "10.2.0.12", 1),
                service("other").vip("203.0.113.11").backend(11, "10.2.0.13", 1));

        assertThat(schedulerOf(after)).isSameAs(schedulerOf(before));
        assertThat(serving(after, VIP, TCP, 80).choose(FLOW).id()).isEqualTo(9);
        assertThat(after.backend(9).service())
                .as("the service of the new table")
                .isSameAs(serving(after, VIP, TCP, 80));
        assertThat(after.version()).isEqualTo(before.version() + 1);
    }

    @Test
    void shouldScheduleAnewWhenWeightBackendOrKindChanges() {
        ServiceTable before =
                compile(null, service("web").backend(7, "10.2.0.11", 1).backend(9, "10.2.0.12", 1));

        List<Specs> changes = List.of(
                service("web").backend(7, "10.2.0.11", 1).backend(9, "10.2.0.12", 2),
                service("web").backend(7, "10.2.0.11", 1).backend(9, "10.2.0.13", 1),
                service("web").backend(7, "10.2.0.11", 1).backend(10, "10.2.0.12", 1),
                service("web").backend(7, "10.2.0.11", 1),
                service("web").maglev().backend(7, "10.2.0.11", 1).backend(9, "10.2.0.12", 1),
                service("renamed").backend(7, "10.2.0.11", 1).backend(9, "10.2.0.12", 1));
        for (Specs change : changes) {
            assertThat(schedulerOf(compile(before, change))).isNotSameAs(schedulerOf(before));
        }
    }

    @Test
    void shouldKeepWhatABackendWasGivenAsLongAsItIsThere() {
        ServiceTable first =
                compile(null, service("web").backend(7, "10.2.0.11", 1).backend(9, "10.2.0.12", 1));
        first.backend(7).meter().count(0, 100);
        first.backend(7).meter().count(1, 60);

        ServiceTable second = compile(first, service("web").backend(7, "10.2.0.11", 50));
        assertThat(second.backend(7).meter()).isSameAs(first.backend(7).meter());
        assertThat(second.backend(7).meter().packets()).isEqualTo(2);
        assertThat(second.backend(7).meter().octets()).isEqualTo(160);

        ServiceTable third =
                compile(second, service("web").backend(7, "10.2.0.11", 50).backend(9, "10.2.0.12", 1));
        assertThat(third.backend(9).meter()).isNotSameAs(first.backend(9).meter());
    }
}
